// The public suffix list (publicsuffix.org), its ICANN and private (platform) sections apart.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace bartizan::parse {

class PublicSuffixList {
 public:
  static Result<PublicSuffixList> load(std::string_view text);  // the list's own file format
  PublicSuffixList(PublicSuffixList&&) noexcept;
  PublicSuffixList& operator=(PublicSuffixList&&) noexcept;
  ~PublicSuffixList();

  // The suffix plus one label, or empty when `host` is itself a suffix, an IP address or a single
  // label. `host` is lower-case ASCII (punycode).
  std::string_view registrable_domain_icann(std::string_view host) const;
  // With the private section: alice.github.io is registrable, github.io is not.
  std::string_view registrable_domain_platform(std::string_view host) const;

 private:
  struct Rules;
  explicit PublicSuffixList(std::unique_ptr<const Rules> rules);
  std::unique_ptr<const Rules> rules_;
};

}  // namespace bartizan::parse
