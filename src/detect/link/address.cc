#include "detect/link/address.h"

#include <utility>

namespace bartizan::detect {
namespace {

constexpr std::size_t kMaxQuotedPath = 200;

std::vector<std::string> labels_of(std::string_view name) {
  std::vector<std::string> labels;
  while (!name.empty()) {
    const std::size_t dot = name.find('.');
    labels.emplace_back(name.substr(0, dot));
    name.remove_prefix(dot == std::string_view::npos ? name.size() : dot + 1);
  }
  return labels;
}

}  // namespace

std::string LinkAddress::quotable() const {
  std::string out = url.scheme + (url.host_kind == parse::HostKind::kNone ? ":" : "://") + url.host;
  if (url.port) out += ":" + std::to_string(*url.port);
  if (url.host_kind != parse::HostKind::kNone) out += url.path.substr(0, kMaxQuotedPath);
  return out;
}

Result<LinkAddress> read_link(std::string_view text, const parse::PublicSuffixList& suffixes) {
  LinkAddress address;
  BARTIZAN_ASSIGN(address.url, parse::parse_link(text));
  if (address.url.host_kind != parse::HostKind::kDomain) return address;
  const std::string_view host = address.url.host;
  address.registrable_domain = suffixes.registrable_domain_icann(host);
  const std::string_view owned = suffixes.registrable_domain_platform(host);
  address.owned_name = owned;
  address.owned_label = owned.substr(0, owned.find('.'));
  address.on_platform = !owned.empty() && owned != address.registrable_domain;
  if (!owned.empty() && owned.size() < host.size())
    address.subdomains = labels_of(host.substr(0, host.size() - owned.size() - 1));
  return address;
}

}  // namespace bartizan::detect
