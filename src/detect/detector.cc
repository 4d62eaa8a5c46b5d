#include "detect/detector.h"

#include <algorithm>
#include <cassert>
#include <tuple>

#include "detect/reported/reported.h"
#include "intel/observation_facts.h"
#include "intel/resolutions.h"

namespace bartizan::detect {
namespace {

bool looks_at(const Detector& detector, std::string_view kind) {
  return detector.kinds.empty() ||
         std::find(detector.kinds.begin(), detector.kinds.end(), kind) != detector.kinds.end();
}

// Threat and subject, the identity of a problem.
auto identity(const Finding& finding) {
  return std::tie(finding.threat, finding.subject.kind, finding.subject.key);
}

// One finding for each threat and subject, the strongest; in the order of threat and subject.
void keep_strongest(std::vector<Finding>& findings) {
  std::sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) {
    if (identity(a) != identity(b)) return identity(a) < identity(b);
    if (a.severity != b.severity) return a.severity > b.severity;
    if (a.confidence != b.confidence) return a.confidence > b.confidence;
    return a.rule < b.rule;
  });
  const auto same = [](const Finding& a, const Finding& b) { return identity(a) == identity(b); };
  findings.erase(std::unique(findings.begin(), findings.end(), same), findings.end());
}

std::vector<Clearance> clearances_of(const Observation& observation, const Context& context) {
  std::vector<Clearance> out;
  if (auto reported = reported_clearance(observation)) out.push_back(*std::move(reported));
  const auto resolutions = context.content.resolutions().of(observation.kind);
  if (resolutions.empty()) return out;

  const json::object facts = intel::facts_of(observation, context.evaluated_at, context.platform);
  for (const intel::CompiledResolution& resolution : resolutions) {
    std::string key;
    if (!resolution.same_field.empty()) {
      key = get_string(facts, resolution.same_field).value_or("");
      if (key.empty()) continue;  // nobody can say whose problem it would end
    }
    if (resolution.condition && resolution.condition->evaluate(facts) != rules::Truth::kTrue)
      continue;
    out.push_back({.observation_id = observation.id,
                   .threat = resolution.threat,
                   .subject = {.kind = resolution.subject_kind, .key = std::move(key)},
                   .reason = resolution.text});
  }
  return out;
}

// A threat found is never cleared by the same observation.
void drop_contradicted(std::vector<Clearance>& clearances, const std::vector<Finding>& findings) {
  std::erase_if(clearances, [&](const Clearance& clearance) {
    return std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) {
      return finding.threat == clearance.threat && finding.subject.key == clearance.subject.key;
    });
  });
}

// Two resolutions of a threat may be met at once; one reason is enough.
void keep_first_reason(std::vector<Clearance>& clearances) {
  const auto key = [](const Clearance& clearance) {
    return std::tie(clearance.threat, clearance.subject.key);
  };
  std::stable_sort(clearances.begin(), clearances.end(),
                   [&](const Clearance& a, const Clearance& b) { return key(a) < key(b); });
  const auto same = [&](const Clearance& a, const Clearance& b) { return key(a) == key(b); };
  clearances.erase(std::unique(clearances.begin(), clearances.end(), same), clearances.end());
}

}  // namespace

Finding draft_finding(const Observation& observation, const Context& context,
                      std::string_view threat, Subject subject, std::string_view rule,
                      std::string_view rule_version) {
  const Threat* entry = context.content.find_threat(threat);
  assert(entry != nullptr && "a detector names a threat the catalogue lacks");
  Finding out{.observation_id = observation.id,
              .device_id = observation.device_id,
              .threat = std::string(threat),
              .subject = std::move(subject),
              .rule = std::string(rule),
              .rule_version = std::string(rule_version)};
  out.id = finding_id(out.observation_id, out.threat, out.subject);
  if (entry != nullptr) {
    out.severity = entry->severity;
    out.techniques = entry->techniques;
  }
  out.judged_with = {.evaluated_at = context.evaluated_at,
                     .content_digest = context.content.digest(),
                     .overlay_digest = "",
                     .history_digest = "",
                     .engine_version = std::string(kEngineVersion)};
  return out;
}

Verdict detect(const Observation& observation, const Context& context) {
  Verdict out;
  for (const Detector& detector : builtin_detectors()) {
    if (looks_at(detector, observation.kind)) detector.run(observation, context, out.findings);
  }
  keep_strongest(out.findings);
  out.clearances = clearances_of(observation, context);
  drop_contradicted(out.clearances, out.findings);
  keep_first_reason(out.clearances);
  return out;
}

}  // namespace bartizan::detect
