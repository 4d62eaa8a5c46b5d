#include "parse/domain/normalize.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "parse/domain/idna_tables.h"

namespace bartizan::parse {
namespace {

// Hangul syllables compose by arithmetic (Unicode 15, 3.12).
constexpr char32_t kSyllables = 0xac00;
constexpr char32_t kLeading = 0x1100;
constexpr char32_t kVowels = 0x1161;
constexpr char32_t kTrailing = 0x11a7;
constexpr char32_t kLeadingCount = 19;
constexpr char32_t kVowelCount = 21;
constexpr char32_t kTrailingCount = 28;
constexpr char32_t kSyllableCount = kLeadingCount * kVowelCount * kTrailingCount;

const std::map<char32_t, Composition>& decompositions() {
  static const std::map<char32_t, Composition> map = [] {
    std::map<char32_t, Composition> made;
    for (const Composition& pair : compositions()) made.emplace(pair.composed, pair);
    return made;
  }();
  return map;
}

void decompose(char32_t code_point, std::u32string& out) {
  if (code_point >= kSyllables && code_point < kSyllables + kSyllableCount) {
    const char32_t index = code_point - kSyllables;
    out += kLeading + index / (kVowelCount * kTrailingCount);
    out += kVowels + index % (kVowelCount * kTrailingCount) / kTrailingCount;
    if (index % kTrailingCount != 0) out += kTrailing + index % kTrailingCount;
    return;
  }
  const auto pair = code_point < 0xc0 ? decompositions().end() : decompositions().find(code_point);
  if (pair == decompositions().end()) {
    out += code_point;
  } else {
    decompose(pair->second.first, out);  // at most four deep in Unicode
    out += pair->second.second;
  }
}

void order_marks(std::u32string& text) {
  for (auto from = text.begin(); from != text.end();) {
    if (combining_class(*from) == 0) {
      ++from;
      continue;
    }
    const auto to =
        std::find_if(from, text.end(), [](char32_t c) { return combining_class(c) == 0; });
    std::stable_sort(
        from, to, [](char32_t a, char32_t b) { return combining_class(a) < combining_class(b); });
    from = to;
  }
}

// The primary composite of a pair, or 0.
char32_t compose(char32_t first, char32_t second) {
  if (first - kLeading < kLeadingCount && second - kVowels < kVowelCount)
    return kSyllables + ((first - kLeading) * kVowelCount + second - kVowels) * kTrailingCount;
  if (first - kSyllables < kSyllableCount && (first - kSyllables) % kTrailingCount == 0 &&
      second > kTrailing && second < kTrailing + kTrailingCount)
    return first + (second - kTrailing);
  const auto pairs = compositions();
  const auto place = std::lower_bound(pairs.begin(), pairs.end(), std::pair{first, second},
                                      [](const Composition& a, const auto& b) {
                                        return std::pair{a.first, a.second} < b;
                                      });
  const bool found = place != pairs.end() && place->first == first && place->second == second;
  return found ? place->composed : 0;
}

std::u32string compose_all(std::u32string_view text) {
  std::u32string out;
  std::size_t starter = std::u32string::npos;
  int last_class = 0;
  for (const char32_t code_point : text) {
    const int own_class = combining_class(code_point);
    const bool adjacent = starter != std::u32string::npos && out.size() == starter + 1;
    const bool blocked = !adjacent && (last_class == 0 || last_class >= own_class);
    if (starter != std::u32string::npos && !blocked) {
      if (const char32_t composed = compose(out[starter], code_point)) {
        out[starter] = composed;
        continue;
      }
    }
    if (own_class == 0) starter = out.size();
    last_class = own_class;
    out += code_point;
  }
  return out;
}

}  // namespace

int combining_class(char32_t code_point) {
  if (code_point < 0x300) return 0;
  const ValueRange* range = find_range(combining_classes(), code_point);
  return range == nullptr ? 0 : range->value;
}

std::u32string normalize_nfc(std::u32string_view text) {
  std::u32string decomposed;
  decomposed.reserve(text.size());
  for (const char32_t code_point : text) decompose(code_point, decomposed);
  order_marks(decomposed);
  return compose_all(decomposed);
}

bool is_mark(char32_t code_point) { return find_range(mark_ranges(), code_point) != nullptr; }

}  // namespace bartizan::parse
