#include "detect/app/report_json.h"

#include <optional>
#include <string>
#include <string_view>

#include "detect/app/signature_json.h"

namespace bartizan::detect {
namespace {

json::array to_json_array(const std::vector<std::string>& values) {
  return json::array(values.begin(), values.end());
}

// Counts as `dexdump -d` has them.
json::object dex_json(const CodeReport& code) {
  return {{"files", code.files},
          {"classes", code.counts.classes},
          {"methods", code.counts.methods},
          {"invokes", code.counts.invokes},
          {"dynamic_invokes", code.counts.dynamic_invokes},
          {"const_strings", code.counts.const_strings},
          {"reached_methods", code.reached_methods},
          {"compilers", to_json_array(code.compilers)}};
}

json::array behaviors_json(const std::vector<ShownBehavior>& behaviors) {
  json::array out;
  for (const ShownBehavior& behavior : behaviors) {
    json::array evidence;
    for (const BehaviorEvidence& item : behavior.evidence)
      evidence.push_back(json::object{{"where", item.where}, {"what", item.what}});
    out.push_back(json::object{{"id", behavior.id},
                               {"title", behavior.title},
                               {"techniques", to_json_array(behavior.techniques)},
                               {"evidence", std::move(evidence)}});
  }
  return out;
}

// What the observation lacks is null: it could not be read, or the file does not say.
json::value value_or_null(const json::object& body, std::string_view key) {
  const json::value* value = body.if_contains(key);
  return value == nullptr ? json::value() : *value;
}

json::value integer_or_null(const std::optional<std::int64_t>& value) {
  return value ? json::value(*value) : json::value();
}

}  // namespace

json::object report_json(const JudgedApp& app) {
  json::array anomalies;
  for (const parse::Anomaly& anomaly : app.report.anomalies)
    anomalies.push_back(
        json::object{{"id", anomaly.id}, {"where", anomaly.where}, {"detail", anomaly.detail}});
  json::array findings;
  for (const Finding& finding : app.findings) findings.push_back(bartizan::to_json(finding));
  const auto& manifest = app.report.manifest;
  return {
      {"size", app.report.size},
      {"sha256", app.report.sha256},
      {"package", manifest ? json::value(manifest->package) : json::value()},
      {"version_code", value_or_null(app.observation_body, "version_code")},
      {"version_name", value_or_null(app.observation_body, "version_name")},
      {"min_sdk", integer_or_null(manifest ? manifest->min_sdk : std::nullopt)},
      {"target_sdk", value_or_null(app.observation_body, "target_sdk")},
      {"label", value_or_null(app.observation_body, "label")},
      {"icon", manifest && !manifest->icon.empty() ? json::value(manifest->icon) : json::value()},
      {"signature", signature_json(app.report)},
      {"dex", dex_json(app.report.code)},
      {"permissions", manifest ? to_json_array(manifest->permissions) : json::array()},
      {"domains", to_json_array(app.report.domains)},
      {"anomalies", std::move(anomalies)},
      {"truncated", app.report.truncated},
      {"techniques", to_json_array(app.techniques())},
      {"behaviors", behaviors_json(app.report.behaviors)},
      {"findings", std::move(findings)},
      {"model", app.report.model ? to_json(*app.report.model) : json::value()},
      {"verdict", to_string(app.verdict())}};
}

}  // namespace bartizan::detect
