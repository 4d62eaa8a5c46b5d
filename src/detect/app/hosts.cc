#include "detect/app/hosts.h"

#include <algorithm>

#include "intel/domain_set.h"

namespace bartizan::detect {
namespace {

constexpr std::size_t kMaxHost = 253;
constexpr std::size_t kMaxCollected = 20'000;

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

// Two labels or more of letters, digits and hyphens, with a letter or digit at each end.
bool is_host_name(std::string_view host) {
  if (host.size() < 4 || host.size() > kMaxHost || host.find('.') == std::string_view::npos)
    return false;
  char previous = '.';
  for (const char c : host) {
    const bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (!alphanumeric && c != '-' && c != '.') return false;
    if (!alphanumeric && (previous == '.' || (c == '.' && previous == '-'))) return false;
    previous = c;
  }
  return previous != '.' && previous != '-';
}

}  // namespace

const intel::Indicator* find_bad_host(std::string_view host, const intel::Content& content) {
  const intel::IndicatorSet& indicators = content.indicators();
  const intel::Indicator* found = indicators.find_host(host);
  if (found == nullptr) found = indicators.find_domain(host);
  if (found == nullptr || content.public_suffixes().is_public_suffix(found->value) ||
      content.popular_domains().contains(found->value))
    return nullptr;
  return found;
}

void HostCollector::look_at(std::string_view text) {
  constexpr std::string_view kSeparator = "://";
  std::size_t at = text.find(kSeparator);
  if (at == std::string_view::npos) return add_bare_host(text);
  while (at != std::string_view::npos) {
    add_url_host(text.substr(at + kSeparator.size()));
    at = text.find(kSeparator, at + 1);
  }
}

void HostCollector::add_url_host(std::string_view after_scheme) {
  std::string_view authority = after_scheme.substr(0, kMaxHost + 100);
  authority = authority.substr(0, authority.find_first_of("/?#\\ \"'<>%${}|\n\r\t"));
  if (const std::size_t user = authority.rfind('@'); user != std::string_view::npos)
    authority.remove_prefix(user + 1);
  const std::string host = lower_case(authority.substr(0, authority.find(':')));
  if (!is_host_name(host) || !has_known_ending(host)) return;
  if (find_bad_host(host, content_) != nullptr) {
    bad_.insert(host);
  } else if (others_.size() < kMaxCollected) {
    others_.insert(host);
  }
}

// A top-level domain that the public suffix list knows, or the last number of an IPv4 address:
// names of XML features and placeholders have neither.
bool HostCollector::has_known_ending(std::string_view host) const {
  const std::string_view last = host.substr(host.rfind('.') + 1);
  const bool is_number =
      std::all_of(last.begin(), last.end(), [](char c) { return c >= '0' && c <= '9'; });
  return is_number || content_.public_suffixes().is_public_suffix(last);
}

void HostCollector::add_bare_host(std::string_view text) {
  if (text.size() > kMaxHost || text.find('.') == std::string_view::npos) return;
  std::string host = lower_case(text);
  if (is_host_name(host) && find_bad_host(host, content_) != nullptr) bad_.insert(std::move(host));
}

std::vector<std::string> HostCollector::take(std::size_t most) && {
  std::vector<std::string> out(bad_.begin(), bad_.end());
  out.insert(out.end(), others_.begin(), others_.end());
  if (out.size() > most) out.resize(most);
  return out;
}

}  // namespace bartizan::detect
