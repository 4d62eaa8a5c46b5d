// Names that attackers imitate, and the addresses that are really theirs.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace bartizan::intel {

struct Brand {
  std::string name;  // for people: "PayPal"
  // Registrable domains it owns, lower-case; the first is its home.
  std::vector<std::string> domains;
  std::vector<std::string> hyphened_domains;  // the same with "-" for ".", made when loading
  // How addresses spell it: "paypal". Lower-case letters, digits and "-".
  std::vector<std::string> words;
  // The word means other things too, or others bear it: slips do not count, nor does the word
  // beside an ordinary business word.
  bool common_word = false;
  // Names below its domains are those of its customers' sites, as "www.brand.com.network.net".
  bool delivery_network = false;
};

class BrandSet {
 public:
  BrandSet() = default;
  // YAML: a list of {name, domains, words?, common_word?, delivery_network?}. `words` defaults to
  // the first label of the home domain. Errors read "file:line: message".
  static Result<BrandSet> load(std::string_view yaml, const std::string& file);

  const std::vector<Brand>& brands() const { return brands_; }
  // The brand that owns `registrable_domain`, or null.
  const Brand* owner_of(std::string_view registrable_domain) const;
  bool is_word(std::string_view label) const { return words_.find(label) != words_.end(); }

 private:
  std::set<std::string, std::less<>> words_;  // of all brands
  std::vector<Brand> brands_;
  std::map<std::string, std::size_t, std::less<>> owner_by_domain_;
};

}  // namespace bartizan::intel
