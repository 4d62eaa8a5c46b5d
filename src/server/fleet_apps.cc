#include "server/fleet_apps.h"

#include <algorithm>

#include "base/id.h"
#include "detect/app/fleet_signers.h"

namespace bartizan::server {
namespace {

constexpr std::string_view kThreat = "app.repackaged";

bool is_of(const Finding& finding, std::string_view package) {
  return finding.threat == kThreat && finding.subject.key == package;
}

bool is_open(const Problem& problem, std::string_view package) {
  return problem.state == ProblemState::kOpen && problem.threat == kThreat &&
         problem.subject.key == package;
}

// What app_signer_of() and find_odd_signer() ask of an observation, from a report.
json::object body_of(const json::object& report) {
  json::object out{{"package", get_string(report, "package").value_or("")}};
  if (const auto label = get_string(report, "label")) out["label"] = *label;
  const json::value* signature = report.if_contains("signature");
  if (signature == nullptr || !signature->is_object()) return out;
  const json::object& object = signature->get_object();
  const std::vector<std::string> signers = get_strings(object, "signers");
  json::array past;
  for (const std::string& digest : get_strings(object, "lineage")) {
    if (std::find(signers.begin(), signers.end(), digest) == signers.end())
      past.emplace_back(digest);
  }
  out["signature"] = get_string(object, "verdict").value_or("");
  out["signers"] = json::array(signers.begin(), signers.end());
  out["signers_past"] = std::move(past);
  return out;
}

json::array fleet_json(const std::vector<FleetSigner>& fleet) {
  json::array out;
  for (const FleetSigner& one : fleet)
    out.push_back(json::object{{"signer", one.signer.signer},
                               {"phones", one.phones},
                               {"first_seen", to_rfc3339(one.first_seen)}});
  return out;
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

bool tells_of(const json::object& report, std::string_view package) {
  const json::array* findings = get_array(report, "findings");
  return findings != nullptr &&
         std::any_of(findings->begin(), findings->end(), [&](const json::value& value) {
           const auto finding =
               value.is_object() ? finding_from_json(value.get_object()) : Result<Finding>(Error{});
           return finding.ok() && is_of(*finding, package);
         });
}

}  // namespace

Result<std::optional<detect::Verdict>> judge_in_fleet(store::Rows& rows,
                                                      const Observation& observation,
                                                      const detect::Verdict& verdict,
                                                      const detect::Context& context,
                                                      std::span<const Problem> problems) {
  std::optional<detect::Verdict> out;
  const bool removed = observation.kind == "app.removed";
  if (!removed && observation.kind != "app.installed") return out;
  const std::string package(get_string(observation.body, "package").value_or(""));
  if (package.empty()) return out;
  if (removed) {
    BARTIZAN_TRY(rows.remove_app_signer(observation.device_id, package));
    return out;
  }
  const std::optional<AppSigner> own = detect::app_signer_of(observation.body);
  if (!own) return out;
  BARTIZAN_ASSIGN(const bool others,
                  rows.put_app_signer(observation.device_id, package, *own, context.evaluated_at));
  const auto told = [&](const Finding& finding) { return is_of(finding, package); };
  if (std::any_of(verdict.findings.begin(), verdict.findings.end(), told)) return out;
  std::optional<Finding> odd;
  if (others) {
    BARTIZAN_ASSIGN(const auto fleet, rows.app_signers(package));
    odd = detect::find_odd_signer(observation, context, *own, fleet);
  }
  if (odd) {
    out = verdict;
    out->findings.push_back(*std::move(odd));
    std::erase_if(out->clearances, [&](const Clearance& clearance) {
      return clearance.threat == kThreat && clearance.subject.key == package;
    });
    return out;
  }
  // Judged by all that is known and found to be in order: an earlier doubt is over.
  const auto doubted = [&](const Problem& problem) { return is_open(problem, package); };
  if (std::none_of(problems.begin(), problems.end(), doubted)) return out;
  out = verdict;
  out->clearances.push_back({.observation_id = observation.id,
                             .threat = std::string(kThreat),
                             .subject = {.kind = "app", .key = package},
                             .reason = "The app is signed as on the other phones"});
  return out;
}

Status add_fleet(store::Rows& rows, const detect::Context& context, json::object& report) {
  const json::object body = body_of(report);
  const std::string package(get_string(body, "package").value_or(""));
  if (package.empty()) return {};
  BARTIZAN_ASSIGN(const auto fleet, rows.app_signers(package));
  report["fleet"] = fleet_json(fleet);
  const std::optional<AppSigner> own = detect::app_signer_of(body);
  if (!own || tells_of(report, package)) return {};
  const Observation observation{.id = uuid_of(get_string(report, "sha256").value_or("")),
                                .kind = "app.installed",
                                .observed_at = context.evaluated_at,
                                .body = body};
  if (const auto odd = detect::find_odd_signer(observation, context, *own, fleet))
    add_finding(*odd, report);
  return {};
}

}  // namespace bartizan::server
