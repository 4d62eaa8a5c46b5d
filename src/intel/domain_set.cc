#include "intel/domain_set.h"

namespace bartizan::intel {

DomainSet::DomainSet(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty() || line.front() == '#') continue;
    names_.emplace(line);
    labels_.emplace(line.substr(0, line.find('.')));
  }
}

bool DomainSet::contains(std::string_view domain) const {
  return names_.find(domain) != names_.end();
}

bool DomainSet::is_name(std::string_view label) const {
  return labels_.find(label) != labels_.end();
}

}  // namespace bartizan::intel
