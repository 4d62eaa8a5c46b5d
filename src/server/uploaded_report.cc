#include "server/uploaded_report.h"

#include <algorithm>

#include "base/id.h"
#include "model/enums.h"

namespace bartizan::server {

Observation observation_of_report(const json::object& report, Timestamp now) {
  json::object body{{"package", get_string(report, "package").value_or("")}};
  for (const char* name : {"sha256", "label", "tlsh"}) {
    if (const auto text = get_string(report, name); text && !text->empty()) body[name] = *text;
  }
  // Of Android apps alone: the iOS app of the same maker has its icon and another signer.
  const auto icon = get_string(report, "icon_hash");
  if (icon && get_string(report, "platform") == "android") body["icon_hash"] = *icon;
  const json::value* signature = report.if_contains("signature");
  if (signature != nullptr && signature->is_object()) {
    const json::object& object = signature->get_object();
    const std::vector<std::string> signers = get_strings(object, "signers");
    json::array past;
    for (const std::string& digest : get_strings(object, "lineage")) {
      if (std::find(signers.begin(), signers.end(), digest) == signers.end())
        past.emplace_back(digest);
    }
    body["signature"] = get_string(object, "verdict").value_or("");
    body["signers"] = json::array(signers.begin(), signers.end());
    body["signers_past"] = std::move(past);
  }
  return {.id = uuid_of(get_string(report, "sha256").value_or("")),
          .kind = "app.installed",
          .observed_at = now,
          .body = std::move(body)};
}

bool has_finding(const json::object& report, std::string_view threat) {
  const json::array* findings = get_array(report, "findings");
  const std::string_view package = get_string(report, "package").value_or("");
  return findings != nullptr &&
         std::any_of(findings->begin(), findings->end(), [&](const json::value& value) {
           const auto finding =
               value.is_object() ? finding_from_json(value.get_object()) : Result<Finding>(Error{});
           return finding.ok() && finding->threat == threat && finding->subject.key == package;
         });
}

void add_finding(const Finding& finding, json::object& report) {
  json::value* findings = report.if_contains("findings");
  json::value* techniques = report.if_contains("techniques");
  if (findings == nullptr || !findings->is_array() || techniques == nullptr ||
      !techniques->is_array())
    return;
  findings->get_array().push_back(to_json(finding));
  std::vector<std::string> all = get_strings(report, "techniques");
  all.insert(all.end(), finding.techniques.begin(), finding.techniques.end());
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  *techniques = json::array(all.begin(), all.end());
  if (get_string(report, "verdict") == to_string(AppVerdict::kClean))
    report["verdict"] = to_string(AppVerdict::kSuspicious);
}

}  // namespace bartizan::server
