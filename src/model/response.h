// What policy decided and what came of it: Decision, Action, Alert.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "model/enums.h"
#include "model/finding.h"

namespace bartizan {

struct Decision {
  std::string id;
  std::string device_id;
  std::string problem_id;
  std::string policy;  // id
  int policy_version = 0;
  std::string rule;  // name of the policy rule that matched
  PolicyMode mode = PolicyMode::kAudit;
  std::vector<ActionKind> actions;   // what the rule asks for, whatever the mode
  std::vector<std::string> reasons;  // "severity is high (rule wants at least high)"
  Timestamp decided_at;
};

struct Action {
  std::string id;
  std::string device_id;
  std::string decision_id;
  std::string problem_id;
  ActionKind kind = ActionKind::kNotifyUser;
  Subject subject;  // the app to block, the domain, the network
  Carrier carrier = Carrier::kAgent;
  ActionState state = ActionState::kQueued;
  std::string title;  // for the person holding the phone
  std::string message;
  std::string detail;  // result text of the carrier, or why nobody can
  Timestamp created_at;
  Timestamp updated_at;
};

struct Alert {
  std::string id;
  std::string problem_id;  // one alert a problem
  std::string device_id;
  std::string threat;
  Subject subject;
  Severity severity = Severity::kInformational;
  int confidence = 0;
  AlertState state = AlertState::kOpen;
  std::string assignee;
  std::string note;  // the analyst's
  int count = 0;
  Timestamp first_seen;
  Timestamp last_seen;
  std::optional<Timestamp> closed_at;
  std::string last_finding_id;
};

json::object to_json(const Decision& decision);
json::object to_json(const Action& action);
json::object to_json(const Alert& alert);
Result<Decision> decision_from_json(const json::object& object);
Result<Action> action_from_json(const json::object& object);
Result<Alert> alert_from_json(const json::object& object);

}  // namespace bartizan
