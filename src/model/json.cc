// The JSON form of every noun, by description of its members.
#include <charconv>

#include "base/id.h"
#include "model/describe_json.h"
#include "model/device.h"
#include "model/finding.h"
#include "model/observation.h"
#include "model/problem.h"
#include "model/response.h"

namespace bartizan {

BOOST_DESCRIBE_STRUCT(Subject, (), (kind, key, label))
BOOST_DESCRIBE_STRUCT(Evidence, (), (fact, value, why, weight))
BOOST_DESCRIBE_STRUCT(JudgedWith, (),
                      (evaluated_at, content_digest, overlay_digest, history_digest,
                       engine_version))
BOOST_DESCRIBE_STRUCT(Finding, (),
                      (id, observation_id, device_id, threat, subject, severity, confidence, rule,
                       rule_version, summary, evidence, techniques, would_change, judged_with))
BOOST_DESCRIBE_STRUCT(Problem, (),
                      (id, device_id, threat, subject, severity, confidence, state, opened_at,
                       first_seen, last_seen, count, reopened, last_finding_id, expires_at,
                       resolved_at, resolved_by))
BOOST_DESCRIBE_STRUCT(Device, (),
                      (id, name, person, group, platform, ownership, tier, state, model, os_version,
                       patch_level, agent_version, risk, protection, protection_reason, degraded,
                       tampered, last_sequence, sequence_gaps, enrolled_at, last_seen))
BOOST_DESCRIBE_STRUCT(Decision, (),
                      (id, device_id, problem_id, policy, policy_version, rule, mode, actions,
                       reasons, decided_at))
BOOST_DESCRIBE_STRUCT(Action, (),
                      (id, device_id, decision_id, problem_id, kind, subject, carrier, state, title,
                       message, detail, created_at, updated_at))
BOOST_DESCRIBE_STRUCT(Alert, (),
                      (id, problem_id, device_id, threat, subject, severity, confidence, state,
                       assignee, note, count, first_seen, last_seen, closed_at, last_finding_id))

json::object to_json(const Subject& subject) { return describe::object_of(subject); }
json::object to_json(const Evidence& evidence) { return describe::object_of(evidence); }
json::object to_json(const Finding& finding) { return describe::object_of(finding); }
json::object to_json(const Problem& problem) { return describe::object_of(problem); }
json::object to_json(const Device& device) { return describe::object_of(device); }
json::object to_json(const Decision& decision) { return describe::object_of(decision); }
json::object to_json(const Action& action) { return describe::object_of(action); }
json::object to_json(const Alert& alert) { return describe::object_of(alert); }
Result<Finding> finding_from_json(const json::object& object) {
  return describe::from_object<Finding>(object);
}
Result<Problem> problem_from_json(const json::object& object) {
  return describe::from_object<Problem>(object);
}
Result<Device> device_from_json(const json::object& object) {
  return describe::from_object<Device>(object);
}
Result<Decision> decision_from_json(const json::object& object) {
  return describe::from_object<Decision>(object);
}
Result<Action> action_from_json(const json::object& object) {
  return describe::from_object<Action>(object);
}
Result<Alert> alert_from_json(const json::object& object) {
  return describe::from_object<Alert>(object);
}

std::string finding_id(const std::string& observation_id, const std::string& threat,
                       const Subject& subject) {
  return uuid_of(canonical_json(json::array{observation_id, threat, subject.kind, subject.key}));
}

json::object to_json(const Observation& observation) {
  return {{"id", observation.id},
          {"sequence", observation.sequence},
          {"kind", observation.kind},
          {"schema", std::to_string(observation.schema_major) + "." +
                         std::to_string(observation.schema_minor)},
          {"observed_at", to_rfc3339(observation.observed_at)},
          {"body", observation.body}};
}

namespace {

bool read_version(std::string_view text, int& major, int& minor) {
  const auto [dot, error] = std::from_chars(text.data(), text.data() + text.size(), major);
  if (error != std::errc() || dot == text.data() + text.size() || *dot != '.') return false;
  const auto [end, second] = std::from_chars(dot + 1, text.data() + text.size(), minor);
  return second == std::errc() && end == text.data() + text.size() && major >= 0 && minor >= 0;
}

}  // namespace

Result<Observation> observation_from_json(json::object object) {
  const auto invalid = [](std::string message) {
    return Error{ErrorCode::kInvalid, std::move(message)};
  };
  Observation out;
  const auto id = get_string(object, "id");
  if (!id || !is_uuid(*id)) return invalid("id must be a lower-case UUID");
  out.id = *id;
  const auto sequence = get_int(object, "sequence");
  if (!sequence || *sequence < 1) return invalid("sequence must be an integer from 1");
  out.sequence = *sequence;
  const auto kind = get_string(object, "kind");
  if (!kind || kind->empty() || kind->size() > 64)
    return invalid("kind must be a string of 1 to 64 characters");
  out.kind = *kind;
  const auto schema = get_string(object, "schema");
  if (!schema || !read_version(*schema, out.schema_major, out.schema_minor))
    return invalid("schema must be like \"1.0\"");
  const auto observed_at = get_string(object, "observed_at");
  if (!observed_at) return invalid("observed_at is missing");
  const auto time = parse_rfc3339(*observed_at);
  if (!time) return time.error().within("observed_at");
  out.observed_at = *time;
  json::value* body = object.if_contains("body");
  if (body == nullptr || !body->is_object()) return invalid("body must be an object");
  out.body = std::move(body->get_object());
  return out;
}

}  // namespace bartizan
