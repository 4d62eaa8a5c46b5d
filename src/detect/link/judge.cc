#include "detect/link/judge.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "detect/link/likeness.h"
#include "detect/link/link_model.h"
#include "intel/brands.h"
#include "intel/domain_set.h"
#include "intel/indicators.h"
#include "parse/domain/idna.h"
#include "parse/domain/label_rules.h"
#include "parse/domain/utf8.h"

namespace bartizan::detect {
namespace {

using parse::UrlAnomaly;

std::vector<Evidence> evidence_of(const LinkAddress& address) {
  std::vector<Evidence> evidence{
      {.fact = "host", .value = address.url.host, .why = "The host a browser would connect to."},
      {.fact = "url", .value = address.quotable(), .why = "The address without its query."}};
  if (!address.owned_name.empty()) {
    evidence.push_back({.fact = "registrable_domain",
                        .value = address.owned_name,
                        .why = "Who holds this name controls the host."});
  }
  return evidence;
}

// A whole hosting platform or popular site is not bad because one of its pages was.
bool is_shared(const std::string& domain, const intel::Content& content) {
  return content.public_suffixes().is_public_suffix(domain) ||
         content.popular_domains().contains(domain);
}

const intel::Indicator* find_indicator(const LinkAddress& address, const intel::Content& content) {
  const intel::IndicatorSet& set = content.indicators();
  const std::string& host = address.url.host;
  if (const auto* found = set.find_url(host, address.url.path)) return found;
  if (const auto* found = set.find_host(host); found && !is_shared(host, content)) return found;
  if (address.url.host_kind != parse::HostKind::kDomain) return nullptr;
  const intel::Indicator* found = set.find_domain(host);
  return found != nullptr && !is_shared(found->value, content) ? found : nullptr;
}

std::optional<LinkConclusion> known_bad(const LinkAddress& address, const intel::Content& content) {
  if (address.url.host.empty()) return std::nullopt;
  const intel::Indicator* indicator = find_indicator(address, content);
  if (indicator == nullptr) return std::nullopt;
  const bool phishing = indicator->type == intel::IndicatorType::kPhishing;
  LinkConclusion out{.threat = phishing ? "link.known_phishing" : "link.known_malware_host",
                     .confidence = indicator->confidence,
                     .evidence = evidence_of(address)};
  const std::string type(to_string(indicator->type));
  out.summary = address.url.host + " is listed as " + type + ": " + indicator->name + ".";
  out.evidence.push_back({.fact = "indicator",
                          .value = indicator->value,
                          .why = "Published as " + type + " (" + indicator->name + ").",
                          .weight = indicator->confidence});
  out.evidence.push_back(
      {.fact = "source", .value = indicator->source, .why = "Who published the indicator."});
  out.would_change = "The indicator " + indicator->value + " withdrawn or on the allow list.";
  return out;
}

std::optional<LinkConclusion> imitation(const LinkAddress& address,
                                        const std::optional<Likeness>& likeness) {
  if (!likeness) return std::nullopt;
  const std::string how(how_of(likeness->kind));
  const std::string& target = likeness->brand->domains.front();
  LinkConclusion out{.threat = std::string(threat_of(likeness->kind)),
                     .confidence = likeness->confidence,
                     .evidence = evidence_of(address)};
  out.summary = address.url.host + " imitates " + likeness->brand->name + ": " + how + ".";
  out.evidence.push_back({.fact = "brand",
                          .value = likeness->brand->name,
                          .why = "The brand the name is made to look like."});
  out.evidence.push_back(
      {.fact = "target", .value = target, .why = "The brand's own domain, which this is not."});
  out.evidence.push_back({.fact = "looks_like",
                          .value = likeness->looks_like,
                          .why = "How the imitating part reads: " + how + ".",
                          .weight = likeness->confidence});
  if (likeness->kind == LikenessKind::kHomograph) {
    out.evidence.push_back({.fact = "shown_as",
                            .value = parse::encode_utf8(parse::domain_to_unicode(address.url.host)),
                            .why = "How a browser may show the host."});
  }
  if (likeness->distance > 0) {
    out.evidence.push_back({.fact = "distance",
                            .value = std::to_string(likeness->distance),
                            .why = "Letters added, dropped, changed or swapped."});
  }
  out.would_change = address.owned_name + " among the domains of " + likeness->brand->name + ".";
  return out;
}

bool looks_like_host(std::string_view name, const parse::PublicSuffixList& suffixes) {
  std::string host(name.substr(0, name.find_first_of("/%\\:")));
  for (char& c : host) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  const std::size_t dot = host.rfind('.');
  return dot != std::string::npos && suffixes.is_public_suffix(host.substr(dot + 1)) &&
         !suffixes.registrable_domain_icann(host).empty();
}

// Whether "bank.com" in "bank.com.NAME" is followed by a name written from right to left: many
// screens then show the two in an order in which the first passes for the host.
bool hides_behind_direction(std::string_view host, const parse::PublicSuffixList& suffixes) {
  for (std::size_t at = host.starts_with("xn--") ? 0 : host.find(".xn--");
       at != std::string_view::npos; at = host.find(".xn--", at + 1)) {
    const std::size_t start = host[at] == '.' ? at + 1 : at;
    const std::string_view label = host.substr(start, host.find('.', start) - start);
    if (parse::has_right_to_left(parse::domain_to_unicode(label)))
      return start > 0 && looks_like_host(host.substr(0, start - 1), suffixes);
  }
  return false;
}

struct Trick {
  std::string_view name;
  std::string_view why;
  int confidence;
};

std::optional<Trick> find_trick(const parse::Url& url, const parse::PublicSuffixList& suffixes) {
  if (url.has(UrlAnomaly::kUserInfo) && looks_like_host(url.username, suffixes))
    return Trick{"user_name_as_host", "What stands before the @ looks like the host and is not.",
                 90};
  if (url.has(UrlAnomaly::kBackslash) && url.path.starts_with("/@") &&
      looks_like_host(std::string_view(url.path).substr(2), suffixes))
    return Trick{"backslash_before_at",
                 "The backslash ends the host: what follows the @ is a path.", 90};
  if (url.has(UrlAnomaly::kObscureIpv4))
    return Trick{"number_as_host", "The host is a number written so that people do not see it.",
                 80};
  if (url.has(UrlAnomaly::kPercentEncodedHost))
    return Trick{"encoded_host", "Letters of the host are hidden as percent codes.", 75};
  if (url.has(UrlAnomaly::kInvisibleInHost))
    return Trick{"invisible_characters", "Characters that show as nothing stand in the host.", 75};
  if (url.has(UrlAnomaly::kDirectionControl))
    return Trick{"direction_control",
                 "Characters turn the direction of writing, so that the address reads otherwise.",
                 75};
  if (hides_behind_direction(url.host, suffixes))
    return Trick{"mixed_direction",
                 "What looks like the host stands in front of a name written from right to left, "
                 "which is the host.",
                 75};
  if (url.has(UrlAnomaly::kMappedHost))
    return Trick{"mapped_host", "Browsers turn letters of the host into others.", 70};
  return std::nullopt;
}

// The known site that the user name passes for; nothing for any other, which may be a person's
// name.
std::string pretended_site(std::string_view username, const intel::Content& content) {
  const std::string host(username.substr(0, username.find_first_of("/%\\:")));
  const std::string_view domain = content.public_suffixes().registrable_domain_icann(host);
  return content.popular_domains().contains(domain) ? std::string(domain) : "";
}

std::optional<LinkConclusion> deceit(const LinkAddress& address, const intel::Content& content) {
  const auto trick = find_trick(address.url, content.public_suffixes());
  if (!trick) return std::nullopt;
  LinkConclusion out{.threat = "link.deceptive_address",
                     .confidence = trick->confidence,
                     .evidence = evidence_of(address)};
  out.summary = "The address leads to " + address.url.host + " and is written to hide it.";
  out.evidence.push_back({.fact = "trick",
                          .value = std::string(trick->name),
                          .why = std::string(trick->why),
                          .weight = trick->confidence});
  const std::string site = pretended_site(address.url.username, content);
  if (trick->name == "user_name_as_host" && !site.empty()) {
    out.evidence.push_back(
        {.fact = "target", .value = site, .why = "The site it pretends to lead to."});
  }
  out.would_change = "The same address written plainly.";
  return out;
}

constexpr int kModelConfidence = 50;
constexpr std::size_t kReasons = 3;

// What moved the score most towards phishing, in words; `telling` are of the address.
std::vector<std::string> reasons_of(const LinkScore& score,
                                    const std::vector<std::string>& telling) {
  std::vector<std::string> reasons;
  if (!telling.empty()) {
    std::string words;
    for (const std::string& word : telling) words += (words.empty() ? "" : ", ") + word;
    reasons.push_back("phishing often has these words: " + words);
  }
  for (const LinkContribution& contribution : score.contributions) {
    const std::string words(contribution.points > 0 ? words_for(contribution.fact) : "");
    if (words.empty() || std::find(reasons.begin(), reasons.end(), words) != reasons.end())
      continue;
    if (reasons.size() == kReasons) break;
    reasons.push_back(words);
  }
  return reasons;
}

// What the model of links thinks of an address that nothing else speaks against. Much used sites
// and brands' own domains are above its suspicion.
std::optional<LinkConclusion> suspicion(const LinkAddress& address, const intel::Content& content) {
  const intel::LinkModel& model = content.link_model();
  if (model.empty() || address.url.host_kind == parse::HostKind::kNone ||
      content.popular_domains().contains(address.owned_name) ||
      content.brands().owner_of(address.owned_name) != nullptr)
    return std::nullopt;
  const std::int64_t threshold = model.threshold(kWarnFalseAlarms);
  const LinkInputs inputs = link_inputs(address, 0, content);  // no likeness: it would have spoken
  if (!reaches(model, inputs, threshold)) return std::nullopt;
  const LinkScore score = explain_link(model, inputs);
  LinkConclusion out{.threat = std::string(kSuspectedPhishing),
                     .confidence = kModelConfidence,
                     .evidence = evidence_of(address)};
  out.summary = address.url.host + " looks like phishing";
  const std::vector<std::string> reasons = reasons_of(score, telling_words(address, content));
  for (std::size_t i = 0; i < reasons.size(); ++i)
    out.summary += (i == 0 ? ": " : "; ") + reasons[i];
  out.summary += ".";
  out.evidence.push_back({.fact = "model_score",
                          .value = std::to_string(shown_score(score.score)).substr(0, 5),
                          .why = "From " + std::to_string(shown_score(threshold)).substr(0, 5) +
                                 " on, about one harmless link in a thousand is flagged.",
                          .weight = kModelConfidence});
  out.would_change = address.url.host + " on the allow list, or a lower score of the model.";
  return out;
}

}  // namespace

std::vector<LinkConclusion> judge_link(const LinkAddress& address, const intel::Content& content) {
  std::vector<LinkConclusion> out;
  const auto keep = [&](std::optional<LinkConclusion> conclusion) {
    if (conclusion) out.push_back(*std::move(conclusion));
  };
  keep(known_bad(address, content));
  keep(imitation(address, find_likeness(address, content)));
  keep(deceit(address, content));
  if (out.empty()) keep(suspicion(address, content));
  return out;
}

}  // namespace bartizan::detect
