// A link taken apart for judging: whose name it is, and in which labels somebody could imitate.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "intel/content.h"
#include "parse/url/url.h"

namespace bartizan::detect {

struct LinkAddress {
  parse::Url url;
  // What ICANN's suffixes make of the host; empty for addresses that are no names.
  std::string registrable_domain;
  // The name one party holds: below a platform (github.io) the tenant's, else registrable_domain.
  // Empty when the host is itself a suffix or no name.
  std::string owned_name;
  std::string owned_label;              // its first label: what the holder chose
  std::vector<std::string> subdomains;  // labels in front of owned_name, left to right
  bool on_platform = false;             // owned_name lies below a platform's suffix

  // Scheme, host and path: what evidence may quote. Queries and fragments carry tokens and names.
  std::string quotable() const;
};

// Errors are parse_link's.
Result<LinkAddress> read_link(std::string_view text, const parse::PublicSuffixList& suffixes);

}  // namespace bartizan::detect
