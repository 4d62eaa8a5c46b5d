#include "detect/link/link_detector.h"

#include <algorithm>
#include <string>
#include <utility>

#include "detect/link/judge.h"

namespace bartizan::detect {
namespace {

constexpr std::size_t kMaxLinks = 64;  // of one message, as the observation's schema allows

void add_finding(Finding finding, LinkConclusion conclusion, std::vector<Finding>& findings) {
  finding.confidence = conclusion.confidence;
  finding.summary = std::move(conclusion.summary);
  finding.evidence = std::move(conclusion.evidence);
  finding.would_change = std::move(conclusion.would_change);
  findings.push_back(std::move(finding));
}

Subject subject_of(const LinkAddress& address) {
  return {.kind = "link", .key = address.url.host, .label = address.url.host};
}

}  // namespace

void run_link_opened(const Observation& observation, const Context& context,
                     std::vector<Finding>& findings) {
  const auto text = get_string(observation.body, "url");
  if (!text) return;
  const auto address = read_link(*text, context.content.public_suffixes());
  if (!address.ok()) return;
  for (LinkConclusion& conclusion : judge_link(*address, context.content)) {
    Finding finding = draft_finding(observation, context, conclusion.threat, subject_of(*address),
                                    conclusion.threat, kLinkRuleVersion);
    add_finding(std::move(finding), std::move(conclusion), findings);
  }
}

void run_message_links(const Observation& observation, const Context& context,
                       std::vector<Finding>& findings) {
  const std::vector<std::string> links = get_strings(observation.body, "links");
  for (std::size_t i = 0; i < std::min(links.size(), kMaxLinks); ++i) {
    const auto address = read_link(links[i], context.content.public_suffixes());
    if (!address.ok()) continue;
    std::vector<LinkConclusion> conclusions = judge_link(*address, context.content);
    if (conclusions.empty()) continue;
    auto strongest =
        std::max_element(conclusions.begin(), conclusions.end(),
                         [](const auto& a, const auto& b) { return a.confidence < b.confidence; });
    for (const char* fact : {"channel", "sender_kind"}) {
      if (const auto value = get_string(observation.body, fact))
        strongest->evidence.push_back(
            {.fact = fact, .value = std::string(*value), .why = "How the message came."});
    }
    strongest->evidence.push_back({.fact = "link_threat",
                                   .value = strongest->threat,
                                   .why = "What the link would be found as when opened."});
    strongest->summary = "A message links to it: " + strongest->summary;
    Finding finding = draft_finding(observation, context, "message.malicious_link",
                                    subject_of(*address), strongest->threat, kLinkRuleVersion);
    add_finding(std::move(finding), std::move(*strongest), findings);
  }
}

}  // namespace bartizan::detect
