#include "intel/label_reading.h"

#include <algorithm>
#include <array>
#include <utility>

#include "intel/brands.h"
#include "parse/domain/idna.h"
#include "parse/domain/utf8.h"

namespace bartizan::intel {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

template <std::size_t N>
bool in_ranges(const std::array<Range, N>& ranges, char32_t c) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [c](const Range& range) { return c >= range.first && c <= range.last; });
}

// Default_Ignorable_Code_Point of the Unicode Character Database, and what steers the direction of
// writing. Variation selectors (FE00-FE0F) and the joiner beside pictures are ordinary in names.
constexpr std::array kInvisible = std::to_array<Range>({{0xad, 0xad},
                                                        {0x34f, 0x34f},
                                                        {0x61c, 0x61c},
                                                        {0x115f, 0x1160},
                                                        {0x17b4, 0x17b5},
                                                        {0x180b, 0x180f},
                                                        {0x200b, 0x200f},
                                                        {0x202a, 0x202e},
                                                        {0x2060, 0x206f},
                                                        {0x3164, 0x3164},
                                                        {0xfeff, 0xfeff},
                                                        {0xffa0, 0xffa0},
                                                        {0xfff0, 0xfffb},
                                                        {0xe0000, 0xe0fff}});

// Spaces, punctuation, signs such as "(R)" and "TM", arrows, shapes and pictures.
constexpr std::array kDecoration = std::to_array<Range>({{0xa0, 0xa9},
                                                         {0xab, 0xb1},
                                                         {0xb4, 0xb8},
                                                         {0xbb, 0xbf},
                                                         {0x2000, 0x200a},
                                                         {0x2010, 0x2029},
                                                         {0x202f, 0x205f},
                                                         {0x2117, 0x2117},
                                                         {0x2120, 0x2122},
                                                         {0x2190, 0x2bff},
                                                         {0x3000, 0x3006},
                                                         {0x3008, 0x303f},
                                                         {0xfe00, 0xfe0f},
                                                         {0x1f000, 0x1faff}});

// Capitals that look like Latin ones while their small letters, which names of hosts are made of,
// do not (Unicode Technical Standard 39). I is the stroke that a small l is, see below.
constexpr std::array kCapitals = std::to_array<std::pair<char32_t, char32_t>>({{0x392, 'b'},
                                                                               {0x395, 'e'},
                                                                               {0x396, 'z'},
                                                                               {0x397, 'h'},
                                                                               {0x399, 'l'},
                                                                               {0x39a, 'k'},
                                                                               {0x39c, 'm'},
                                                                               {0x39d, 'n'},
                                                                               {0x3a4, 't'},
                                                                               {0x3a5, 'y'},
                                                                               {0x3a7, 'x'},
                                                                               {0x406, 'l'},
                                                                               {0x412, 'b'},
                                                                               {0x41a, 'k'},
                                                                               {0x41c, 'm'},
                                                                               {0x41d, 'h'},
                                                                               {0x422, 't'},
                                                                               {0x4c0, 'l'}});

char32_t latin_capital(char32_t c) {
  const auto* found = std::find_if(kCapitals.begin(), kCapitals.end(),
                                   [c](const auto& pair) { return pair.first == c; });
  return found == kCapitals.end() ? c : found->second;
}

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

// parse::printable() writes a byte of what cannot be shown so: "\xe2".
bool is_escape(std::string_view text) {
  return text.size() >= 4 && text[0] == '\\' && text[1] == 'x' && is_hex(text[2]) &&
         is_hex(text[3]);
}

// "+" and "&" are parts of names: "Disney+" is not "Disney".
bool is_part(char c) { return is_letter_or_digit(c) || c == '+' || c == '&'; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// A capital I and a small l are one stroke in most fonts.
char stroke(char c) { return c == 'I' ? 'l' : lower(c); }

LabelReading read_ascii(std::string_view label) {
  LabelReading out;
  while (!label.empty()) {
    if (is_escape(label)) {
      out.invisible = true;
      label.remove_prefix(4);
      continue;
    }
    if (is_part(label.front())) {
      out.plain += lower(label.front());
      out.looks += stroke(label.front());
    }
    label.remove_prefix(1);
  }
  out.looks = fold_lookalikes(out.looks);
  return out;
}

std::string without_escapes(std::string_view label) {
  std::string out;
  while (!label.empty()) {
    const std::size_t skip = is_escape(label) ? 4 : 0;
    if (skip == 0) out += label.front();
    label.remove_prefix(skip == 0 ? 1 : skip);
  }
  return out;
}

}  // namespace

LabelReading read_label(std::string_view label, const ConfusableMap& confusables) {
  if (std::all_of(label.begin(), label.end(), [](char c) { return (c & 0x80) == 0; }))
    return read_ascii(label);
  LabelReading out;
  const std::string text = without_escapes(label);
  out.invisible = text.size() != label.size();
  std::u32string plain;
  std::u32string looks;
  for (const char32_t c : parse::decode_utf8_lossy(text)) {
    if (in_ranges(kInvisible, c)) {
      out.invisible = true;
    } else if (c < 0x80 ? is_part(static_cast<char>(c)) : !in_ranges(kDecoration, c)) {
      plain += c;
      looks += c < 0x80 ? static_cast<char32_t>(stroke(static_cast<char>(c))) : latin_capital(c);
    }
  }
  out.plain = parse::encode_utf8(parse::fold_as_in_domains(plain));
  out.looks = fold_lookalikes(confusables.ascii_lookalike(parse::fold_as_in_domains(looks)));
  return out;
}

}  // namespace bartizan::intel
