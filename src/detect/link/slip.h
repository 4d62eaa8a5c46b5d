// How one word comes of another by a slip: of a finger, of an eye, of a bit in memory.
#pragma once

#include <optional>
#include <string_view>

namespace bartizan::detect {

enum class Slip {
  kOmission,           // a letter left out
  kRepetition,         // a letter twice
  kTransposition,      // two neighbours swapped
  kKeyboardNeighbour,  // the key beside, instead of a letter or with it
  kVowelSwap,          // one vowel for another
  kBitFlip,            // one bit of one letter
  kAddition,           // a letter or digit at the end
  kPlural,             // "s" or "es" somewhere within
  kHyphenation,        // a hyphen more or less
  kReplacement,        // any other letter instead of one
  kInsertion,          // any other letter more
};

// The one slip that makes `label` of `word`, the likeliest when there are several; nothing when
// they are equal or further apart. Both are lower-case ASCII.
std::optional<Slip> slip_between(std::string_view label, std::string_view word);

}  // namespace bartizan::detect
