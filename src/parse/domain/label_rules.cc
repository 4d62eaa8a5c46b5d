#include "parse/domain/label_rules.h"

#include <algorithm>
#include <cstdint>

#include "parse/domain/idna_tables.h"
#include "parse/domain/normalize.h"

namespace bartizan::parse {
namespace {

constexpr char32_t kNonJoiner = 0x200c;
constexpr char32_t kJoiner = 0x200d;
constexpr int kVirama = 9;  // combining class

BidiClass bidi_class(char32_t code_point) {
  const BidiRange* range = find_range(bidi_ranges(), code_point);
  return range == nullptr ? BidiClass::kL : range->value;
}

JoiningType joining_type(char32_t code_point) {
  const JoiningRange* range = find_range(joining_ranges(), code_point);
  return range == nullptr ? JoiningType::kNone : range->value;
}

// The first joining type that is not transparent.
template <typename Iterator>
JoiningType next_type(Iterator from, Iterator to) {
  const auto place = std::find_if(
      from, to, [](char32_t c) { return joining_type(c) != JoiningType::kTransparent; });
  return place == to ? JoiningType::kNone : joining_type(*place);
}

bool stands_between_joining_letters(std::u32string_view before, std::u32string_view after) {
  const JoiningType left = next_type(before.rbegin(), before.rend());
  const JoiningType right = next_type(after.begin(), after.end());
  return (left == JoiningType::kLeft || left == JoiningType::kDual) &&
         (right == JoiningType::kRight || right == JoiningType::kDual);
}

using ClassBits = std::uint32_t;
constexpr ClassBits bits(std::initializer_list<BidiClass> classes) {
  ClassBits all = 0;
  for (const BidiClass one : classes) all |= ClassBits{1} << static_cast<int>(one);
  return all;
}
using enum BidiClass;
constexpr ClassBits kNeutral = bits({kEn, kEs, kCs, kEt, kOn, kBn, kNsm});
constexpr ClassBits kRightToLeft = bits({kR, kAl, kAn});

}  // namespace

bool joiners_are_in_place(std::u32string_view label) {
  for (std::size_t i = 0; i < label.size(); ++i) {
    if (label[i] != kNonJoiner && label[i] != kJoiner) continue;
    if (i > 0 && combining_class(label[i - 1]) == kVirama) continue;
    if (label[i] == kJoiner ||
        !stands_between_joining_letters(label.substr(0, i), label.substr(i + 1)))
      return false;
  }
  return true;
}

bool has_right_to_left(std::u32string_view label) {
  return std::any_of(label.begin(), label.end(), [](char32_t c) {
    return c >= 0x80 && (bits({bidi_class(c)}) & kRightToLeft) != 0;
  });
}

bool satisfies_bidi_rule(std::u32string_view label) {
  if (label.empty()) return true;
  ClassBits seen = 0;
  BidiClass last = kNsm;  // but for marks
  for (const char32_t c : label) {
    const BidiClass one = bidi_class(c);
    seen |= bits({one});
    if (one != kNsm) last = one;
  }
  switch (bidi_class(label.front())) {
    case kR:
    case kAl:
      return (seen & ~(kRightToLeft | kNeutral)) == 0 &&
             (bits({last}) & bits({kR, kAl, kEn, kAn})) != 0 &&
             (seen & bits({kEn, kAn})) != bits({kEn, kAn});
    case kL:
      return (seen & ~(bits({kL}) | kNeutral)) == 0 && (last == kL || last == kEn);
    default:
      return false;
  }
}

}  // namespace bartizan::parse
