// Names that attackers imitate, and the addresses that are really theirs.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace bartizan::intel {

struct Brand {
  std::string name;  // for people: "PayPal"
  std::vector<std::string>
      domains;  // registrable domains it owns, lower-case; the first is its home
  std::vector<std::string>
      words;  // how addresses spell it: "paypal"; lower-case letters, digits, "-"
  // Word and dictionary meaning or other owners share it: only the whole label with another suffix
  // or an homograph counts, not the word among others.
  bool common_word = false;
};

class BrandSet {
 public:
  BrandSet() = default;
  // YAML: a list of {name, domains, words?, common_word?}. `words` defaults to the first label of
  // the home domain. Errors read "file:line: message".
  static Result<BrandSet> load(std::string_view yaml, const std::string& file);

  const std::vector<Brand>& brands() const { return brands_; }
  // The brand that owns `registrable_domain`, or null.
  const Brand* owner_of(std::string_view registrable_domain) const;

 private:
  std::vector<Brand> brands_;
  std::map<std::string, std::size_t, std::less<>> owner_by_domain_;
};

}  // namespace bartizan::intel
