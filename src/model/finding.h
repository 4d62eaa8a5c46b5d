// What a detector concluded from one observation. Immutable: the state is a Problem's.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "model/enums.h"

namespace bartizan {

// What the threat is about. (device, threat, subject) is the identity of a problem.
struct Subject {
  std::string
      kind;  // "app", "link", "domain", "network", "device", "certificate", "profile", "agent"
  std::string key;  // package name, host, BSSID, certificate digest...; empty for the device itself
  std::string label;  // for people: the app's label, the network's name

  bool operator==(const Subject&) const = default;
};

struct Evidence {
  std::string fact;  // "permission", "signer_sha256", "host", ...
  std::string value;
  std::string why;  // one sentence: what the fact says about the threat
  int weight = 0;   // its part of the confidence, 0-100; 0 when the rule does not add up

  bool operator==(const Evidence&) const = default;
};

// With which inputs the verdict was reached, so that it can be replayed.
struct JudgedWith {
  Timestamp evaluated_at;
  std::string content_digest;  // SHA-256, hex
  std::string overlay_digest;  // the tenant's own lists; empty: none
  std::string history_digest;  // device history passed in; empty: none used
  std::string engine_version;

  bool operator==(const JudgedWith&) const = default;
};

struct Finding {
  std::string id;  // uuid_of(observation, threat, subject): the same in every home of the engine
  std::string observation_id;
  std::string device_id;
  std::string threat;  // id in content/threats/
  Subject subject;
  Severity severity = Severity::kInformational;
  int confidence = 0;  // 0-100
  std::string rule;    // rule or model id
  std::string rule_version;
  std::string summary;  // one sentence: what was seen
  std::vector<Evidence> evidence;
  std::vector<std::string> techniques;  // ATT&CK Mobile ids
  std::string would_change;             // what would have made the verdict another
  JudgedWith judged_with;

  bool operator==(const Finding&) const = default;
};

std::string finding_id(const std::string& observation_id, const std::string& threat,
                       const Subject& subject);

// An observation met the resolve condition of a threat: every open problem of (threat, subject)
// ends. An empty subject key ends the threat's problems whatever their subject.
struct Clearance {
  std::string observation_id;
  std::string threat;
  Subject subject;
  std::string reason;  // one sentence: "Screen lock is on"
};

json::object to_json(const Subject& subject);
json::object to_json(const Evidence& evidence);
json::object to_json(const Finding& finding);
Result<Finding> finding_from_json(const json::object& object);

}  // namespace bartizan
