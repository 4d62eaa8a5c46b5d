#include "detect/app/judged_app.h"

#include <algorithm>

#include "base/id.h"
#include "detect/app/observation_body.h"

namespace bartizan::detect {

std::string_view to_string(AppVerdict value) {
  switch (value) {
    case AppVerdict::kClean:
      return "clean";
    case AppVerdict::kSuspicious:
      return "suspicious";
    case AppVerdict::kMalicious:
      break;
  }
  return "malicious";
}

AppVerdict JudgedApp::verdict() const {
  if (findings.empty()) return AppVerdict::kClean;
  const bool high = std::any_of(findings.begin(), findings.end(), [](const Finding& finding) {
    return finding.severity >= Severity::kHigh;
  });
  return high ? AppVerdict::kMalicious : AppVerdict::kSuspicious;
}

std::vector<std::string> JudgedApp::techniques() const {
  std::vector<std::string> out;
  for (const Finding& finding : findings)
    out.insert(out.end(), finding.techniques.begin(), finding.techniques.end());
  for (const ShownBehavior& behavior : report.behaviors)
    out.insert(out.end(), behavior.techniques.begin(), behavior.techniques.end());
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

JudgedApp judge_app(AppReport report, const std::optional<std::string>& installer,
                    const Context& context) {
  JudgedApp out{.report = std::move(report), .observation_body = {}, .findings = {}};
  out.observation_body = app_observation_body(out.report, installer);
  const Observation observation{.id = uuid_of(out.report.sha256),
                                .kind = "app.installed",
                                .observed_at = context.evaluated_at,
                                .body = out.observation_body};
  out.findings = detect(observation, context).findings;
  return out;
}

}  // namespace bartizan::detect
