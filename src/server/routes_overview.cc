// The fleet at a glance.
#include <map>

#include "server/answer.h"
#include "server/routes.h"
#include "server/view.h"

namespace bartizan::server {
namespace {

constexpr int kDays = 14;
constexpr int kTopThreats = 8;
constexpr int kChanges = 10;

template <typename E>
json::object counts_json(const std::map<E, int>& counts) {
  json::object out;
  for (const auto& [member, count] : counts) out.emplace(to_string(member), count);
  return out;
}

std::string day_of(Timestamp time) { return to_rfc3339(time).substr(0, 10); }

Result<json::array> alerts_per_day(store::Rows& rows, Timestamp now) {
  using Days = std::chrono::days;
  const Timestamp first = std::chrono::floor<Days>(now) - Days(kDays - 1);
  BARTIZAN_ASSIGN(const auto counts, rows.alerts_per_day(first));
  json::array out;
  for (int i = 0; i < kDays; ++i) {
    const std::string day = day_of(first + Days(i));
    json::object entry{{"day", day},  {"informational", 0}, {"low", 0},
                       {"medium", 0}, {"high", 0},          {"critical", 0}};
    for (const store::DayCount& count : counts) {
      if (count.day == day) entry[to_string(count.severity)] = count.count;
    }
    out.push_back(std::move(entry));
  }
  return out;
}

Result<json::array> top_threats(const Deps& deps, store::Rows& rows) {
  BARTIZAN_ASSIGN(const auto counts, rows.top_threats(kTopThreats));
  json::array out;
  for (const store::ThreatCount& count : counts) {
    const Threat* threat = deps.content->find_threat(count.threat);
    const Severity severity = threat == nullptr ? Severity::kInformational : threat->severity;
    out.push_back(json::object{{"threat", count.threat},
                               {"title", threat_title(deps, count.threat)},
                               {"severity", to_string(severity)},
                               {"open_problems", count.open_problems},
                               {"devices", count.devices}});
  }
  return out;
}

// The audit log is not for viewers, here as there.
Result<json::array> recent_changes(store::Rows& rows, const Caller& caller) {
  const bool may =
      caller.kind == Caller::Kind::kAdministrator && caller.administrator.role != Role::kViewer;
  if (!may) return json::array();
  BARTIZAN_ASSIGN(const auto page, rows.audit({.limit = kChanges, .cursor = {}}));
  return list_json(page.items, audit_json);
}

// At most a page is counted: beyond it the number does not change what to do.
Result<std::size_t> count_actions(store::Rows& rows, ActionState state) {
  BARTIZAN_ASSIGN(const auto page,
                  rows.actions({.device_id = {}, .states = {state}}, {.limit = 200, .cursor = {}}));
  return page.items.size();
}

Result<json::object> headline(store::Rows& rows, const std::map<Risk, int>& risks,
                              const std::map<ProtectionState, int>& protections,
                              const std::map<AlertState, int>& alerts) {
  int devices = 0;
  for (const auto& [state, count] : protections) devices += count;
  const int watched =
      protections.at(ProtectionState::kActive) + protections.at(ProtectionState::kDegraded);
  BARTIZAN_ASSIGN(const std::size_t failed, count_actions(rows, ActionState::kFailed));
  BARTIZAN_ASSIGN(const std::size_t impossible, count_actions(rows, ActionState::kImpossible));
  return json::object{
      {"devices", devices},
      {"devices_at_risk", risks.at(Risk::kLow) + risks.at(Risk::kMedium) + risks.at(Risk::kHigh)},
      {"devices_unprotected", devices - watched},
      {"open_alerts", alerts.at(AlertState::kOpen)},
      {"actions_failed", failed},
      {"actions_impossible", impossible}};
}

net::Response overview(const Deps& deps, const Call& call) {
  json::object out;
  const Timestamp now = deps.clock.now();
  const Status read = deps.store.read([&](store::Transaction& transaction) -> Status {
    store::Rows& rows = transaction.tenant(call.tenant());
    BARTIZAN_ASSIGN(const auto risks, rows.count_devices_by_risk());
    BARTIZAN_ASSIGN(const auto protections, rows.count_devices_by_protection());
    BARTIZAN_ASSIGN(const auto alerts, rows.count_alerts());
    BARTIZAN_ASSIGN(json::object head, headline(rows, risks, protections, alerts));
    BARTIZAN_ASSIGN(json::array days, alerts_per_day(rows, now));
    BARTIZAN_ASSIGN(json::array threats, top_threats(deps, rows));
    BARTIZAN_ASSIGN(json::array connectors, connectors_json(deps, rows));
    BARTIZAN_ASSIGN(json::array changes, recent_changes(rows, call.caller));
    out = {{"generated_at", to_rfc3339(now)},
           {"headline", std::move(head)},
           {"devices_by_risk", counts_json(risks)},
           {"devices_by_protection", counts_json(protections)},
           {"alerts_by_state", counts_json(alerts)},
           {"alerts_per_day", std::move(days)},
           {"top_threats", std::move(threats)},
           {"connectors", std::move(connectors)},
           {"recent_changes", std::move(changes)}};
    return {};
  });
  return read.ok() ? answer(out) : problem(read.error());
}

}  // namespace

void add_overview_routes(Router& router, Deps& deps) {
  router.add("getOverview", [&deps](const Call& call) { return overview(deps, call); });
}

}  // namespace bartizan::server
