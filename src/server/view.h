// The nouns as the people's API shows them: the model's JSON with what a reader needs beside it
// (titles, names), and without what is nobody's business (digests, hashes).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "model/account.h"
#include "server/deps.h"

namespace bartizan::server {

std::string threat_title(const Deps& deps, std::string_view threat);
json::array techniques_json(const Deps& deps, const std::vector<std::string>& ids);
json::object threat_json(const Deps& deps, const Threat& threat);
json::object problem_json(const Deps& deps, const Problem& problem);
json::object alert_json(const Deps& deps, const Alert& alert, const std::optional<Device>& device);
json::object stored_observation_json(const store::StoredObservation& stored);
json::object administrator_json(const Administrator& administrator);
json::object api_token_json(const ApiToken& token);
json::object enrolment_token_json(const EnrolmentToken& token);
json::object scanned_app_json(const ScannedApp& app);  // without the report
json::object audit_json(const AuditEntry& entry);
json::object policy_json(const PolicyDocument& document, const policy::Policy& policy);
json::value optional_time(const std::optional<Timestamp>& time);
json::array strings_json(const std::vector<std::string>& values);

// The state of every configured connector.
Result<json::array> connectors_json(const Deps& deps, store::Rows& rows);

// Worst first: severity, then the newest.
void sort_worst_first(std::vector<Problem>& problems);

template <typename T, typename ToJson>
json::array list_json(const std::vector<T>& items, ToJson to_object) {
  json::array out;
  out.reserve(items.size());
  for (const T& item : items) out.push_back(to_object(item));
  return out;
}

}  // namespace bartizan::server
