// Unicode data for host names, made from content/tables/idna.tsv when the program is built. Every
// table is ordered by its first member.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

namespace bartizan::parse {

enum class IdnaAction : std::uint8_t { kValid, kIgnored, kOffset, kMapped };

struct IdnaRange {
  char32_t first;
  char32_t last;
  IdnaAction action;
  std::int32_t value;   // kOffset: what to add; kMapped: index into idna_mappings()
  std::uint8_t length;  // kMapped: how many code points from there
};
struct ValueRange {
  char32_t first;
  char32_t last;
  int value;
};
// UAX #9. Code points not listed are kL.
enum class BidiClass : std::uint8_t {
  kL,
  kR,
  kAl,
  kAn,
  kEn,
  kEs,
  kCs,
  kEt,
  kOn,
  kBn,
  kNsm,
  kOther
};
struct BidiRange {
  char32_t first;
  char32_t last;
  BidiClass value;
};
// How letters join their neighbours. Code points not listed do not.
enum class JoiningType : std::uint8_t { kNone, kLeft, kRight, kDual, kTransparent };
struct JoiningRange {
  char32_t first;
  char32_t last;
  JoiningType value;
};
struct Composition {
  char32_t first;
  char32_t second;
  char32_t composed;
};

std::span<const IdnaRange> idna_ranges();
std::span<const char32_t> idna_mappings();
std::span<const ValueRange> combining_classes();
std::span<const ValueRange> mark_ranges();
std::span<const BidiRange> bidi_ranges();
std::span<const JoiningRange> joining_ranges();
std::span<const Composition> compositions();

// The member of a table that holds `code_point`, or null.
template <typename Range>
const Range* find_range(std::span<const Range> ranges, char32_t code_point) {
  const auto place =
      std::upper_bound(ranges.begin(), ranges.end(), code_point,
                       [](char32_t wanted, const Range& range) { return wanted < range.first; });
  if (place == ranges.begin() || (place - 1)->last < code_point) return nullptr;
  return &*(place - 1);
}

}  // namespace bartizan::parse
