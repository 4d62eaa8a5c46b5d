#include "base/id.h"
#include "respond/respond.h"

namespace bartizan::respond {
namespace {

json::string text(std::string_view value) { return json::string(value); }

json::value time_or_null(const std::optional<Timestamp>& time) {
  if (!time) return nullptr;
  return json::string(to_rfc3339(*time));
}

json::array texts(const std::vector<std::string>& values) {
  json::array out;
  for (const std::string& value : values) out.push_back(text(value));
  return out;
}

json::object device_of(const Device& device) {
  return {{"id", device.id},
          {"name", device.name},
          {"person", device.person},
          {"group", device.group},
          {"platform", text(to_string(device.platform))},
          {"os_version", device.os_version},
          {"model", device.model},
          {"ownership", text(to_string(device.ownership))},
          {"risk", text(to_string(device.risk))},
          {"protection", text(to_string(device.protection))}};
}

json::object problem_of(const Problem& problem) {
  return {{"id", problem.id},
          {"state", text(to_string(problem.state))},
          {"count", problem.count},
          {"reopened", problem.reopened},
          {"first_seen", to_rfc3339(problem.first_seen)},
          {"opened_at", to_rfc3339(problem.opened_at)},
          {"last_seen", to_rfc3339(problem.last_seen)},
          {"resolved_at", time_or_null(problem.resolved_at)},
          {"resolved_by", problem.resolved_by}};
}

json::value finding_of(const Finding* finding) {
  if (finding == nullptr) return nullptr;
  json::array evidence;
  for (const Evidence& item : finding->evidence) evidence.push_back(to_json(item));
  return json::object{{"id", finding->id},
                      {"rule", finding->rule},
                      {"rule_version", finding->rule_version},
                      {"summary", finding->summary},
                      {"evidence", std::move(evidence)},
                      {"would_change", finding->would_change},
                      {"content_digest", finding->judged_with.content_digest},
                      {"engine_version", finding->judged_with.engine_version}};
}

json::array actions_of(std::span<const Action> actions) {
  json::array out;
  for (const Action& action : actions) {
    out.push_back(json::object{{"id", action.id},
                               {"kind", text(to_string(action.kind))},
                               {"carrier", text(to_string(action.carrier))},
                               {"state", text(to_string(action.state))},
                               {"detail", action.detail}});
  }
  return out;
}

OutboxItem item_of(std::string kind, const Problem& problem, const Alert& alert,
                   const Device& device, const Finding* finding, const Threat& threat,
                   std::span<const Action> actions, Timestamp now, Random& random) {
  OutboxItem out{.id = new_uuid(now, random),
                 .device_id = device.id,
                 .kind = std::move(kind),
                 .event = {},
                 .created_at = now};
  const json::object event = {
      {"schema", "bartizan.event/1"},
      {"id", out.id},
      {"kind", out.kind},
      {"time", to_rfc3339(now)},
      {"severity", text(to_string(problem.severity))},
      {"confidence", problem.confidence},
      {"threat", json::object{{"id", threat.id},
                              {"title", threat.title},
                              {"vector", threat.vector},
                              {"techniques", texts(finding != nullptr ? finding->techniques
                                                                      : threat.techniques)}}},
      {"subject", to_json(problem.subject)},
      {"device", device_of(device)},
      {"problem", problem_of(problem)},
      {"alert", json::object{{"id", alert.id}, {"state", text(to_string(alert.state))}}},
      {"finding", finding_of(finding)},
      {"actions", actions_of(actions)},
  };
  out.event = canonical_json(event);
  return out;
}

}  // namespace

OutboxItem outbox_item(const Transition& transition, const Alert& alert, const Device& device,
                       const Finding* finding, const Threat& threat,
                       std::span<const Action> actions, Timestamp now, Random& random) {
  return item_of("problem." + std::string(to_string(transition.change)), transition.problem, alert,
                 device, finding, threat, actions, now, random);
}

OutboxItem action_failed_item(const Action& action, const Problem& problem, const Alert& alert,
                              const Device& device, const Threat& threat, Timestamp now,
                              Random& random) {
  return item_of("action.failed", problem, alert, device, nullptr, threat, {&action, 1}, now,
                 random);
}

}  // namespace bartizan::respond
