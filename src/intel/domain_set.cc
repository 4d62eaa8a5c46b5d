#include "intel/domain_set.h"

#include <algorithm>

namespace bartizan::intel {

DomainSet::DomainSet(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (!line.empty() && line.front() != '#') names_.emplace_back(line);
  }
  std::sort(names_.begin(), names_.end());
  for (const std::string& name : names_) labels_.push_back(name.substr(0, name.find('.')));
  std::sort(labels_.begin(), labels_.end());
}

bool DomainSet::contains(std::string_view domain) const {
  return std::binary_search(names_.begin(), names_.end(), domain, std::less<>{});
}

bool DomainSet::is_name(std::string_view label) const {
  return std::binary_search(labels_.begin(), labels_.end(), label, std::less<>{});
}

}  // namespace bartizan::intel
