// The public suffix list (publicsuffix.org), its ICANN and private (platform) sections apart.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace bartizan::parse {

class PublicSuffixList {
 public:
  // One rule a line, in lower-case ASCII (punycode): "co.uk", "*.ck", "!www.ck". Lines that are
  // empty or begin with "//" are skipped. An error names the line.
  static Result<PublicSuffixList> load(std::string_view icann_rules,
                                       std::string_view platform_rules);
  PublicSuffixList(PublicSuffixList&&) noexcept;
  PublicSuffixList& operator=(PublicSuffixList&&) noexcept;
  ~PublicSuffixList();

  // The suffix plus one label, or empty when `host` is itself a suffix, an IP address, a single
  // label or has an empty label. `host` is lower-case ASCII (punycode) without a final dot. A
  // top-level domain that no rule knows counts as a suffix, as the list's algorithm says.
  std::string_view registrable_domain_icann(std::string_view host) const;
  // With the private section: alice.github.io is registrable, github.io is not.
  std::string_view registrable_domain_platform(std::string_view host) const;
  // Whether `host` is itself a suffix by a rule of either section: anyone may have a name below it.
  bool is_public_suffix(std::string_view host) const;

 private:
  struct Rules;
  explicit PublicSuffixList(std::unique_ptr<const Rules> rules);
  std::unique_ptr<const Rules> rules_;
};

}  // namespace bartizan::parse
