// What each kind of likeness is called.
#include "detect/link/likeness.h"

namespace bartizan::detect {

std::string_view how_of(LikenessKind kind) {
  switch (kind) {
    case LikenessKind::kHomograph:
      return "letters that look like its own";
    case LikenessKind::kSwappedSigns:
      return "signs that look like its letters";
    case LikenessKind::kOmission:
      return "its name with a letter left out";
    case LikenessKind::kRepetition:
      return "its name with a letter twice";
    case LikenessKind::kTransposition:
      return "its name with two letters swapped";
    case LikenessKind::kKeyboardNeighbour:
      return "its name with the key beside the right one";
    case LikenessKind::kVowelSwap:
      return "its name with another vowel";
    case LikenessKind::kBitFlip:
      return "its name with one bit of a letter flipped";
    case LikenessKind::kAddition:
      return "its name with a letter more at the end";
    case LikenessKind::kPlural:
      return "its name with an s put in";
    case LikenessKind::kTypo:
      return "a slip or two away from its name";
    case LikenessKind::kHyphenation:
      return "its name with other hyphens";
    case LikenessKind::kMissingDot:
      return "its name with a dot put in";
    case LikenessKind::kOtherSuffix:
      return "its name under a suffix it is not known to use";
    case LikenessKind::kSubdomain:
      return "its name in front of another domain";
    case LikenessKind::kCombination:
      return "its name beside other words";
    case LikenessKind::kPath:
      return "its domain in the path below another";
  }
  return {};
}

std::string_view threat_of(LikenessKind kind) {
  switch (kind) {
    case LikenessKind::kHomograph:
      return "link.homograph";
    case LikenessKind::kSubdomain:
    case LikenessKind::kCombination:
    case LikenessKind::kPath:
    case LikenessKind::kMissingDot:
      return "link.brand_in_subdomain";
    default:
      return "link.typosquat";
  }
}

}  // namespace bartizan::detect
