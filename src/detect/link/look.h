// What the checks for look-alikes share about one address, computed once.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "detect/link/address.h"
#include "intel/brands.h"
#include "intel/content.h"

namespace bartizan::detect {

inline constexpr std::size_t kMaxLabel = 63;  // bytes, of DNS; a longer name resolves nowhere
inline constexpr char kUnknownLetter = '?';

struct Token {
  std::string text;
  std::string folded;
  intel::LetterSet letters;
};

struct ForeignLabel {
  std::string reading;    // in ASCII where a letter looks like one
  std::string skeleton;   // of the reading, with kUnknownLetter for any other letter
  bool accented = false;  // Latin letters, some with marks: how many languages spell honest names
};

struct Look {
  const LinkAddress& address;
  // The owned label, its look-alike signs made equal, and its parts between hyphens.
  std::string label;
  std::string folded;
  std::vector<Token> tokens;
  intel::LetterSet letters;
  intel::LetterSet folded_letters;
  intel::LetterSet host_letters;
  std::vector<std::string> plain_labels;  // all, runs of hyphens made one
  std::string_view suffix;                // of the owned name
  std::string_view chosen;                // the host in front of it, with the last dot
  bool restricted = false;                // is_restricted_suffix
  bool hyphened = false;                  // some label has a hyphen
  bool may_hold_domain = false;           // some label could be the end of a brand's domain
  std::string plain;                      // the owned label without hyphens
  std::string skeleton;                   // visual_skeleton of it
  std::string dotted;                     // subdomains and owned label, and the same without dots
  std::string joined;
  std::vector<ForeignLabel> foreign;  // labels with other letters
  bool lured = false;                 // some token of the host is a strong lure
  bool is_name = false;  // the label is a known site's or brand's very name: no slip of another's
};

Look look_at(const LinkAddress& address, const intel::Content& content);

// Whether `word` stands in `label` between hyphens or its ends.
bool has_token(std::string_view label, std::string_view word);

}  // namespace bartizan::detect
