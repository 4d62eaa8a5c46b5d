#include "intel/brands.h"

#include <algorithm>
#include <utility>

#include "rules/yaml.h"

namespace bartizan::intel {
namespace {

Status check_names(const std::vector<std::string>& names, std::string_view allowed,
                   const rules::YamlMap& map) {
  for (const std::string& name : names) {
    if (name.find_first_not_of(allowed) != std::string::npos)
      return map.error("'" + name + "' is not a lower-case name");
  }
  return {};
}

// Absent is false.
Result<bool> read_flag(rules::YamlMap& map, std::string_view key) {
  if (!map.has(key)) return false;
  BARTIZAN_ASSIGN(const rules::YamlNode* node, map.node(key));
  if (const auto value = node->as_boolean()) return *value;
  return rules::error_at(map.file(), *node, "true or false is wanted");
}

Result<Brand> read_brand(const rules::YamlNode& node, const std::string& file) {
  static constexpr std::string_view kLabel = "abcdefghijklmnopqrstuvwxyz0123456789-";
  static constexpr std::string_view kDomain = "abcdefghijklmnopqrstuvwxyz0123456789-.";
  rules::YamlMap map(node, file);
  Brand brand;
  BARTIZAN_ASSIGN(brand.name, map.text("name"));
  BARTIZAN_ASSIGN(brand.domains, map.texts("domains"));
  BARTIZAN_TRY(check_names(brand.domains, kDomain, map));
  for (std::string domain : brand.domains) {
    std::replace(domain.begin(), domain.end(), '.', '-');
    brand.hyphened_domains.push_back(std::move(domain));
  }
  BARTIZAN_ASSIGN(brand.words, map.texts_or_none("words"));
  BARTIZAN_TRY(check_names(brand.words, kLabel, map));
  if (brand.words.empty())
    brand.words = {brand.domains.front().substr(0, brand.domains.front().find('.'))};
  BARTIZAN_ASSIGN(brand.common_word, read_flag(map, "common_word"));
  BARTIZAN_ASSIGN(brand.delivery_network, read_flag(map, "delivery_network"));
  BARTIZAN_TRY(map.finish());
  return brand;
}

}  // namespace

Result<BrandSet> BrandSet::load(std::string_view yaml, const std::string& file) {
  BARTIZAN_ASSIGN(const rules::YamlNode root, rules::parse_yaml(yaml, file));
  if (!root.is_sequence()) return rules::error_at(file, root, "a list of brands is wanted");
  BrandSet set;
  for (const rules::YamlNode& node : root.items) {
    BARTIZAN_ASSIGN(Brand brand, read_brand(node, file));
    for (const std::string& domain : brand.domains) {
      const auto [place, added] = set.owner_by_domain_.emplace(domain, set.brands_.size());
      if (!added) return rules::error_at(file, node, domain + " has two owners");
    }
    set.words_.insert(brand.words.begin(), brand.words.end());
    set.brands_.push_back(std::move(brand));
  }
  return set;
}

const Brand* BrandSet::owner_of(std::string_view registrable_domain) const {
  const auto place = owner_by_domain_.find(registrable_domain);
  return place == owner_by_domain_.end() ? nullptr : &brands_[place->second];
}

}  // namespace bartizan::intel
