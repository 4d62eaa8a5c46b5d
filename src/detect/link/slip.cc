#include "detect/link/slip.h"

#include <algorithm>
#include <array>
#include <bit>

namespace bartizan::detect {
namespace {

// The rows of the three common keyboards of Latin letters; a key's neighbours are those beside it
// and those it touches in the rows above and below.
using Rows = std::array<std::string_view, 4>;
constexpr std::array<Rows, 3> kKeyboards{{
    {{"1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"}},
    {{"1234567890", "qwertzuiop", "asdfghjkl", "yxcvbnm"}},
    {{"1234567890", "azertyuiop", "qsdfghjklm", "wxcvbn"}},
}};

bool touch(const Rows& rows, char a, char b) {
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const std::size_t at = rows[row].find(a);
    if (at == std::string_view::npos) continue;
    const auto stands = [&](std::size_t other, std::size_t place) {
      return other < rows.size() && place < rows[other].size() && rows[other][place] == b;
    };
    // Each row stands half a key to the right of the one above.
    return stands(row, at - 1) || stands(row, at + 1) || stands(row - 1, at) ||
           stands(row - 1, at + 1) || stands(row + 1, at) || stands(row + 1, at - 1);
  }
  return false;
}

bool are_neighbours(char a, char b) {
  return std::any_of(kKeyboards.begin(), kKeyboards.end(),
                     [&](const Rows& rows) { return touch(rows, a, b); });
}

bool is_vowel(char c) { return std::string_view("aeiou").find(c) != std::string_view::npos; }

Slip replacement(char was, char is) {
  if (is_vowel(was) && is_vowel(is)) return Slip::kVowelSwap;
  if (are_neighbours(was, is)) return Slip::kKeyboardNeighbour;
  if (std::has_single_bit(static_cast<unsigned>(was ^ is))) return Slip::kBitFlip;
  return Slip::kReplacement;
}

// `label` is `word` with one character more, at `at`.
Slip insertion(std::string_view label, std::size_t at) {
  const char c = label[at];
  const char before = at > 0 ? label[at - 1] : '\0';
  const char after = at + 1 < label.size() ? label[at + 1] : '\0';
  if (c == '-') return Slip::kHyphenation;
  if (c == before || c == after) return Slip::kRepetition;
  if (after == '\0') return Slip::kAddition;
  if (are_neighbours(before, c) || are_neighbours(after, c)) return Slip::kKeyboardNeighbour;
  return c == 's' ? Slip::kPlural : Slip::kInsertion;
}

std::optional<Slip> same_length(std::string_view label, std::string_view word, std::size_t at) {
  if (label.substr(at + 1) == word.substr(at + 1)) return replacement(word[at], label[at]);
  const bool swapped = at + 1 < word.size() && label[at] == word[at + 1] &&
                       label[at + 1] == word[at] && label.substr(at + 2) == word.substr(at + 2);
  return swapped ? std::optional(Slip::kTransposition) : std::nullopt;
}

}  // namespace

std::optional<Slip> slip_between(std::string_view label, std::string_view word) {
  const auto differs = std::mismatch(label.begin(), label.end(), word.begin(), word.end()).first;
  const auto at = static_cast<std::size_t>(differs - label.begin());
  if (label.size() == word.size()) {
    return at == label.size() ? std::nullopt : same_length(label, word, at);
  }
  if (label.size() == word.size() + 1) {
    return label.substr(at + 1) == word.substr(at) ? std::optional(insertion(label, at))
                                                   : std::nullopt;
  }
  if (label.size() + 1 == word.size()) {
    if (label.substr(at) != word.substr(at + 1)) return std::nullopt;
    return word[at] == '-' ? Slip::kHyphenation : Slip::kOmission;
  }
  if (label.size() == word.size() + 2) {
    // "es" can begin one letter before the first difference: "boxesx" of "boxx".
    for (std::size_t from = at - std::min<std::size_t>(at, 1); from <= at; ++from) {
      if (label.substr(from, 2) == "es" && label.substr(from + 2) == word.substr(from))
        return Slip::kPlural;
    }
  }
  return std::nullopt;
}

}  // namespace bartizan::detect
