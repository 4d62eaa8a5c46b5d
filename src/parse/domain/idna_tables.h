// Unicode data for host names, made from content/tables/idna.tsv when the program is built. Every
// table is ordered by its first member.
#pragma once

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
struct Composition {
  char32_t first;
  char32_t second;
  char32_t composed;
};

std::span<const IdnaRange> idna_ranges();
std::span<const char32_t> idna_mappings();
std::span<const ValueRange> combining_classes();
std::span<const ValueRange> mark_ranges();
std::span<const Composition> compositions();

}  // namespace bartizan::parse
