// Which brand a host name imitates, and how.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "detect/link/address.h"
#include "intel/brands.h"
#include "intel/content.h"

namespace bartizan::detect {

enum class LikenessKind {
  kHomograph,          // letters of other scripts or with marks that look like the brand's
  kSwappedSigns,       // signs that look like its letters: "paypa1", "rnicrosoft"
  kOmission,           // of its name a letter is left out, or: see slip.h
  kRepetition,         //
  kTransposition,      //
  kKeyboardNeighbour,  //
  kVowelSwap,          //
  kBitFlip,            //
  kAddition,           //
  kPlural,             //
  kTypo,               // another edit, or two
  kHyphenation,        // hyphens in its name, or left out of it
  kMissingDot,         // its name with a dot in it: "pay.pal.example"
  kOtherSuffix,        // its very name under a suffix it does not use
  kSubdomain,          // its domain in front of somebody else's
  kCombination,        // its name with a word that lures: "paypal-login"
  kPath,               // its domain as part of somebody else's path
};
// How it is done, to complete "HOST imitates BRAND: ".
std::string_view how_of(LikenessKind kind);
// The threat of the catalogue that it is.
std::string_view threat_of(LikenessKind kind);

struct Likeness {
  LikenessKind kind;
  const intel::Brand* brand;
  std::string looks_like;  // the part of the host that imitates, as it reads: "paypal"
  int distance = 0;        // of slips: edits
  int confidence = 0;      // 0-100
};

// Nothing for the brand's own domains, for popular sites, and for addresses that are no names. The
// strongest likeness when there are several.
std::optional<Likeness> find_likeness(const LinkAddress& address, const intel::Content& content);

// Optimal string alignment distance: insertions, deletions, replacements and swaps of neighbours,
// counted up to `limit` + 1.
int edit_distance(std::string_view a, std::string_view b, int limit);

}  // namespace bartizan::detect
