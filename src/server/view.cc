#include "server/view.h"

#include <algorithm>

#include "intel/techniques.h"

namespace bartizan::server {
namespace {

json::object advice_json(const Advice& advice) {
  return {{"what_happened", advice.what_happened}, {"what_to_do", strings_json(advice.what_to_do)}};
}

json::array resolution_texts(const Threat& threat) {
  json::array out;
  for (const Resolution& resolution : threat.resolves) out.emplace_back(resolution.text);
  return out;
}

}  // namespace

json::value optional_time(const std::optional<Timestamp>& time) {
  if (!time) return nullptr;
  return json::string(to_rfc3339(*time));
}

json::array strings_json(const std::vector<std::string>& values) {
  json::array out;
  out.reserve(values.size());
  for (const std::string& value : values) out.emplace_back(value);
  return out;
}

std::string threat_title(const Deps& deps, std::string_view threat) {
  const Threat* found = deps.content->find_threat(threat);
  return found == nullptr ? std::string(threat) : found->title;
}

json::array techniques_json(const Deps& deps, const std::vector<std::string>& ids) {
  json::array out;
  for (const std::string& id : ids)
    out.push_back(json::object{{"id", id}, {"name", deps.content->techniques().name(id)}});
  return out;
}

json::object threat_json(const Deps& deps, const Threat& threat) {
  json::array platforms;
  for (const Platform platform : threat.platforms) platforms.emplace_back(to_string(platform));
  json::object user;
  for (const auto& [platform, advice] : threat.user)
    user.emplace(to_string(platform), advice_json(advice));
  return {{"id", threat.id},
          {"title", threat.title},
          {"vector", threat.vector},
          {"subject", threat.subject},
          {"platforms", std::move(platforms)},
          {"severity", to_string(threat.severity)},
          {"techniques", techniques_json(deps, threat.techniques)},
          {"evidence_fields", strings_json(threat.evidence_fields)},
          {"resolves", resolution_texts(threat)},
          {"user", std::move(user)},
          {"admin", advice_json(threat.admin)}};
}

json::object problem_json(const Deps& deps, const Problem& problem) {
  json::object out = to_json(problem);
  const Threat* threat = deps.content->find_threat(problem.threat);
  out.emplace("threat_title", threat_title(deps, problem.threat));
  out.emplace("resolves_when", threat == nullptr ? json::array() : resolution_texts(*threat));
  return out;
}

json::object alert_json(const Deps& deps, const Alert& alert, const std::optional<Device>& device) {
  json::object out = to_json(alert);
  out.emplace("threat_title", threat_title(deps, alert.threat));
  out.emplace("device_name", device ? device->name : std::string());
  out.emplace("person", device ? device->person : std::string());
  return out;
}

json::object stored_observation_json(const store::StoredObservation& stored) {
  json::object out = to_json(stored.observation);
  out.emplace("received_at", to_rfc3339(stored.received_at));
  out.emplace("unknown_fields", strings_json(stored.unknown_fields));
  return out;
}

json::object administrator_json(const Administrator& administrator) {
  return {{"id", administrator.id},
          {"name", administrator.name},
          {"role", to_string(administrator.role)},
          {"totp_enabled", !administrator.totp_secret.empty()},
          {"must_change_password", administrator.must_change_password},
          {"locked_until", optional_time(administrator.locked_until)},
          {"created_at", to_rfc3339(administrator.created_at)}};
}

json::object api_token_json(const ApiToken& token) {
  return {{"id", token.id},
          {"name", token.name},
          {"scopes", strings_json(token.scopes)},
          {"created_by", token.created_by},
          {"created_at", to_rfc3339(token.created_at)},
          {"expires_at", optional_time(token.expires_at)},
          {"revoked_at", optional_time(token.revoked_at)}};
}

json::object enrolment_token_json(const EnrolmentToken& token) {
  return {{"id", token.id},
          {"device_name", token.device_name},
          {"person", token.person},
          {"group", token.group},
          {"ownership", to_string(token.ownership)},
          {"tier", to_string(token.tier)},
          {"created_at", to_rfc3339(token.created_at)},
          {"expires_at", to_rfc3339(token.expires_at)},
          {"used_at", optional_time(token.used_at)},
          {"device_id", token.device_id}};
}

json::object scanned_app_json(const ScannedApp& app) {
  return {{"sha256", app.sha256},
          {"package", app.package},
          {"label", app.label},
          {"version_name", app.version_name},
          {"verdict", app.verdict},
          {"size", app.size},
          {"scanned_at", to_rfc3339(app.scanned_at)},
          {"scanned_by", app.scanned_by}};
}

json::object audit_json(const AuditEntry& entry) {
  const auto detail = parse_json_object(entry.detail);
  return {{"id", entry.id},         {"at", to_rfc3339(entry.at)},
          {"actor", entry.actor},   {"action", entry.action},
          {"object", entry.object}, {"detail", detail ? *detail : json::object()}};
}

json::object policy_json(const PolicyDocument& document, const policy::Policy& policy) {
  json::array rules;
  for (const policy::RuleSummary& rule : policy.rules()) {
    json::array actions;
    for (const ActionKind action : rule.actions) actions.emplace_back(to_string(action));
    rules.push_back(json::object{{"name", rule.name},
                                 {"description", rule.description},
                                 {"mode", to_string(rule.mode)},
                                 {"actions", std::move(actions)},
                                 {"condition", rule.condition}});
  }
  return {{"id", document.id},
          {"version", document.version},
          {"groups", strings_json(policy.groups())},
          {"author", document.author},
          {"created_at", to_rfc3339(document.created_at)},
          {"rules", std::move(rules)}};
}

Result<json::array> connectors_json(const Deps& deps, store::Rows& rows) {
  json::array out;
  for (const ConnectorInfo& connector : deps.connectors) {
    BARTIZAN_ASSIGN(const auto status, rows.connector_status(connector.id));
    out.push_back(json::object{{"id", connector.id},
                               {"kind", connector.kind},
                               {"target", connector.target},
                               {"queued", status.queued},
                               {"delivered", status.delivered},
                               {"last_error", status.last_error},
                               {"last_delivered_at", optional_time(status.last_delivered_at)}});
  }
  return out;
}

void sort_worst_first(std::vector<Problem>& problems) {
  std::sort(problems.begin(), problems.end(), [](const Problem& a, const Problem& b) {
    if (a.state != b.state) return a.state == ProblemState::kOpen;
    if (a.severity != b.severity) return a.severity > b.severity;
    if (a.last_seen != b.last_seen) return a.last_seen > b.last_seen;
    return a.id < b.id;
  });
}

}  // namespace bartizan::server
