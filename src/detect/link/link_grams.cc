#include "detect/link/link_grams.h"

#include <algorithm>

namespace bartizan::detect {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

LinkText::LinkText(const LinkAddress& address) {
  host = address.url.host;
  if (host.starts_with("www.") && address.url.host_kind == parse::HostKind::kDomain)
    host.erase(0, 4);
  path.reserve(std::min(kMaxPath, address.url.path.size() + address.url.query.size() + 1));
  std::string_view written = address.url.path;
  while (written.ends_with('/')) written.remove_suffix(1);
  path = written.substr(0, kMaxPath);
  if (!address.url.query.empty() && path.size() < kMaxPath) {
    path += '?';
    path += std::string_view(address.url.query).substr(0, kMaxPath - path.size());
  }
  std::transform(path.begin(), path.end(), path.begin(), lower);

  const std::string_view whole = host;
  const std::size_t held = std::min(address.owned_name.size(), whole.size());
  if (held == 0) return;
  const std::string_view owned = whole.substr(whole.size() - held);
  label = owned.substr(0, owned.find('.'));
  if (label.size() < owned.size()) suffix = owned.substr(label.size() + 1);
  if (held < whole.size()) subdomain = whole.substr(0, whole.size() - held - 1);
}

}  // namespace bartizan::detect
