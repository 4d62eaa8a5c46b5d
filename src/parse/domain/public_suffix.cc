#include "parse/domain/public_suffix.h"

#include <cstdint>
#include <utility>

#include "base/text_hash.h"

namespace bartizan::parse {
namespace {

enum Kind : std::uint8_t { kExact = 1, kWildcard = 2, kException = 4 };

// The kinds of rule a name has. A wildcard is kept under the name below its star.
using Section = TextMap<std::uint8_t>;

Status add_rules(std::string_view text, const char* section_name, Section& section) {
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    std::string_view rule = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (rule.empty() || rule.starts_with("//")) continue;
    std::uint8_t kind = kExact;
    if (rule.starts_with("*.")) {
      kind = kWildcard;
      rule.remove_prefix(2);
    } else if (rule.starts_with('!')) {
      kind = kException;
      rule.remove_prefix(1);
    }
    const bool well_formed =
        !rule.empty() && rule.front() != '.' && rule.back() != '.' && rule.size() <= 253 &&
        rule.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-.") == std::string_view::npos;
    if (!well_formed) {
      return Error{ErrorCode::kInvalid, std::string("public suffix list, ") + section_name +
                                            " section, line " + std::to_string(number) +
                                            ": not a rule"};
    }
    section[std::string(rule)] |= kind;
  }
  return {};
}

std::uint8_t kinds_of(const Section& section, std::string_view name) {
  const auto place = section.find(name);
  return place == section.end() ? 0 : place->second;
}

std::string_view parent_of(std::string_view name) {
  const std::size_t dot = name.find('.');
  return dot == std::string_view::npos ? std::string_view{} : name.substr(dot + 1);
}

// The longest suffix of `host` that a rule matches; empty when none does.
std::string_view suffix_of(const Section& section, std::string_view host) {
  std::uint8_t kinds = kinds_of(section, host);
  for (std::string_view name = host; !name.empty();) {
    const std::string_view parent = parent_of(name);
    if (kinds & kException) return parent;
    if (kinds & kExact) return name;
    kinds = parent.empty() ? 0 : kinds_of(section, parent);
    if (kinds & kWildcard) return name;
    name = parent;
  }
  return {};
}

bool has_registrable_form(std::string_view host) {
  if (host.empty() || host.front() == '.' || host.front() == '[' || host.back() == '.')
    return false;
  if (host.find("..") != std::string_view::npos) return false;
  // A name whose last label is a number is an IPv4 address or not a host at all.
  const std::string_view last = host.substr(host.rfind('.') + 1);
  return last.find_first_not_of("0123456789") != std::string_view::npos;
}

std::string_view one_label_more(std::string_view host, std::string_view suffix) {
  if (suffix.empty()) suffix = host.substr(host.rfind('.') + 1);
  if (suffix.size() >= host.size()) return {};
  const std::size_t end = host.size() - suffix.size() - 1;
  const std::size_t dot = end == 0 ? std::string_view::npos : host.rfind('.', end - 1);
  return host.substr(dot == std::string_view::npos ? 0 : dot + 1);
}

}  // namespace

struct PublicSuffixList::Rules {
  Section icann;
  Section both;
};

Result<PublicSuffixList> PublicSuffixList::load(std::string_view icann_rules,
                                                std::string_view platform_rules) {
  auto rules = std::make_unique<Rules>();
  BARTIZAN_TRY(add_rules(icann_rules, "ICANN", rules->icann));
  rules->both = rules->icann;
  BARTIZAN_TRY(add_rules(platform_rules, "private", rules->both));
  return PublicSuffixList(std::move(rules));
}

PublicSuffixList::PublicSuffixList(std::unique_ptr<const Rules> rules) : rules_(std::move(rules)) {}
PublicSuffixList::PublicSuffixList(PublicSuffixList&&) noexcept = default;
PublicSuffixList& PublicSuffixList::operator=(PublicSuffixList&&) noexcept = default;
PublicSuffixList::~PublicSuffixList() = default;

std::string_view PublicSuffixList::registrable_domain_icann(std::string_view host) const {
  if (!has_registrable_form(host)) return {};
  return one_label_more(host, suffix_of(rules_->icann, host));
}

std::string_view PublicSuffixList::registrable_domain_platform(std::string_view host) const {
  if (!has_registrable_form(host)) return {};
  return one_label_more(host, suffix_of(rules_->both, host));
}

bool PublicSuffixList::is_public_suffix(std::string_view host) const {
  return !host.empty() && suffix_of(rules_->both, host) == host;
}

}  // namespace bartizan::parse
