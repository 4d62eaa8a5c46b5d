#include "detect/app/known_bad.h"

#include <algorithm>
#include <map>

#include "detect/app/hosts.h"
#include "intel/indicators.h"

namespace bartizan::detect {
namespace {

constexpr std::string_view kRule = "app.known_bad";
constexpr std::string_view kVersion = "1";
constexpr std::size_t kMaxQuotedHosts = 10;

struct Match {
  const intel::Indicator* indicator;
  Evidence evidence;
};

std::string_view threat_of(intel::IndicatorType type) {
  switch (type) {
    case intel::IndicatorType::kStalkerware:
    case intel::IndicatorType::kWatchware:
      return "app.stalkerware";
    case intel::IndicatorType::kSpyware:
      return "app.spyware";
    case intel::IndicatorType::kMalware:
    case intel::IndicatorType::kPhishing:
      return "app.known_malware";
  }
  return "app.known_malware";
}

std::string named(const intel::Indicator& indicator) {
  const std::string name =
      indicator.name.empty() ? std::string(to_string(indicator.type)) : indicator.name;
  return name + " (" + indicator.source + ")";
}

// A package name is text that anybody may choose; a key or a file's digest is not.
std::vector<Match> match_identity(const json::object& body, const intel::IndicatorSet& indicators) {
  std::vector<Match> out;
  const auto add = [&](const intel::Indicator* indicator, std::string_view fact,
                       std::string_view value, std::string_view why, int weight) {
    if (indicator == nullptr) return;
    out.push_back({indicator,
                   {.fact = std::string(fact),
                    .value = std::string(value),
                    .why = std::string(why) + " " + named(*indicator) + ".",
                    .weight = indicator->confidence * weight / 100}});
  };
  const std::string_view package = get_string(body, "package").value_or("");
  const std::string_view file = get_string(body, "sha256").value_or("");
  if (!file.empty()) add(indicators.find_file(file), "sha256", file, "This very file is", 100);
  for (const std::string& signer : get_strings(body, "signers"))
    add(indicators.find_signer(signer, ""), "signers", signer, "Signed with the key of", 100);
  for (const std::string& signer : get_strings(body, "signers_sha1"))
    add(indicators.find_signer("", signer), "signers", signer, "Signed with the key of", 100);
  // Nearly the same code is not the same: a library that both hold may be most of it.
  const std::string_view tlsh = get_string(body, "tlsh").value_or("");
  if (const auto near = indicators.find_near(tlsh))
    add(near->indicator, "tlsh", tlsh,
        "The code is nearly the same (TLSH distance " + std::to_string(near->distance) +
            ", at most " + std::to_string(near->indicator->distance) + ") as that of",
        70);
  // A part of the system image may share a name that stalkerware took to hide behind.
  if (!package.empty() && !get_bool(body, "system_app").value_or(false))
    add(indicators.find_package(package), "package", package, "The package name is that of", 90);
  return out;
}

Subject subject_of(const json::object& body) {
  const std::string_view package = get_string(body, "package").value_or("");
  const std::string_view file = get_string(body, "sha256").value_or("");
  return {.kind = "app",
          .key = std::string(package.empty() ? file : package),
          .label = std::string(get_string(body, "label").value_or(""))};
}

std::string shown_name(const Subject& subject) {
  return subject.label.empty() ? subject.key : subject.label;
}

void add_identity_findings(const Observation& observation, const Context& context,
                           std::vector<Finding>& findings) {
  std::map<std::string_view, std::vector<Match>> by_threat;
  for (Match& match : match_identity(observation.body, context.content.indicators()))
    by_threat[threat_of(match.indicator->type)].push_back(std::move(match));
  for (const auto& [threat, matches] : by_threat) {
    const Subject subject = subject_of(observation.body);
    Finding finding = draft_finding(observation, context, threat, subject, kRule, kVersion);
    const intel::Indicator* first = matches.front().indicator;
    for (const Match& match : matches) {
      finding.evidence.push_back(match.evidence);
      finding.confidence = std::max(finding.confidence, match.evidence.weight);
    }
    // Monitoring software sold to parents and employers: worth a talk, not an emergency.
    if (std::all_of(matches.begin(), matches.end(), [](const Match& match) {
          return match.indicator->type == intel::IndicatorType::kWatchware;
        }))
      finding.severity = std::min(finding.severity, Severity::kMedium);
    const bool near = std::all_of(matches.begin(), matches.end(), [](const Match& match) {
      return match.indicator->kind == intel::IndicatorKind::kTlsh;
    });
    if (near) finding.severity = std::min(finding.severity, Severity::kHigh);
    finding.summary =
        shown_name(subject) + (near ? " is nearly the same as " : " is known as ") + named(*first);
    finding.would_change = near ? "Code that is further from the published digest."
                                : "Another package name, signer and file than the published ones.";
    findings.push_back(std::move(finding));
  }
}

void add_domain_finding(const Observation& observation, const Context& context,
                        std::vector<Finding>& findings) {
  std::vector<Evidence> evidence;
  int confidence = 0;
  for (const std::string& host : get_strings(observation.body, "domains")) {
    const intel::Indicator* indicator = find_bad_host(host, context.content);
    if (indicator == nullptr) continue;
    const int weight = indicator->confidence * 80 / 100;  // a name in the code, not a connection
    confidence = std::max(confidence, weight);
    if (evidence.size() < kMaxQuotedHosts)
      evidence.push_back({.fact = "domains",
                          .value = host,
                          .why = "The address belongs to " + named(*indicator) + ".",
                          .weight = weight});
  }
  if (evidence.empty()) return;
  const Subject subject = subject_of(observation.body);
  Finding finding =
      draft_finding(observation, context, "app.malicious_domain", subject, kRule, kVersion);
  finding.confidence = confidence;
  finding.summary = shown_name(subject) + " contains the address " + evidence.front().value;
  finding.would_change = "None of the named addresses in the app's code.";
  finding.evidence = std::move(evidence);
  findings.push_back(std::move(finding));
}

}  // namespace

void run_known_bad_app(const Observation& observation, const Context& context,
                       std::vector<Finding>& findings) {
  add_identity_findings(observation, context, findings);
  add_domain_finding(observation, context, findings);
}

}  // namespace bartizan::detect
