#include "server/fleet_apps.h"

#include <algorithm>

#include "detect/app/fleet_signers.h"
#include "server/uploaded_report.h"

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

json::array fleet_json(const std::vector<FleetSigner>& fleet) {
  json::array out;
  for (const FleetSigner& one : fleet)
    out.push_back(json::object{{"signer", one.signer.signer},
                               {"phones", one.phones},
                               {"first_seen", to_rfc3339(one.first_seen)}});
  return out;
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
  const Observation observation = observation_of_report(report, context.evaluated_at);
  const std::string package(get_string(observation.body, "package").value_or(""));
  if (package.empty()) return {};
  BARTIZAN_ASSIGN(const auto fleet, rows.app_signers(package));
  report["fleet"] = fleet_json(fleet);
  const std::optional<AppSigner> own = detect::app_signer_of(observation.body);
  if (!own || has_finding(report, kThreat)) return {};
  if (const auto odd = detect::find_odd_signer(observation, context, *own, fleet))
    add_finding(*odd, report);
  return {};
}

}  // namespace bartizan::server
