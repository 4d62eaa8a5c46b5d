// Host names in the strings of an app's code.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "intel/content.h"
#include "intel/indicators.h"

namespace bartizan::detect {

// The indicator for `host`, its parents included. Nothing for a match on a whole hosting platform
// or on one of the most used sites: those say nothing about the app.
const intel::Indicator* find_bad_host(std::string_view host, const intel::Content& content);

// Collects the hosts of URLs, and bare host names that an indicator knows (every Java package name
// looks like a host name).
class HostCollector {
 public:
  explicit HostCollector(const intel::Content& content) : content_(content) {}
  void look_at(std::string_view text);
  // Those with an indicator first, then the rest, each in alphabetical order; at most `most`.
  std::vector<std::string> take(std::size_t most) &&;

 private:
  void add_url_host(std::string_view after_scheme);
  void add_bare_host(std::string_view text);
  bool has_known_ending(std::string_view host) const;

  const intel::Content& content_;
  std::set<std::string> bad_;
  std::set<std::string> others_;
};

}  // namespace bartizan::detect
