#include "detect/app/judged_app.h"

#include <algorithm>

#include "base/id.h"
#include "detect/app/observation_body.h"
#include "detect/app/report_parts.h"

namespace bartizan::detect {

AppVerdict JudgedApp::verdict() const { return verdict_of(findings); }

std::vector<std::string> JudgedApp::techniques() const {
  std::vector<std::string> out = techniques_of(findings);
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
  Context own = context;
  if (out.report.ios) own.platform = Platform::kIos;
  out.findings = detect(observation, own).findings;
  return out;
}

}  // namespace bartizan::detect
