#include "policy/policy_facts.h"

namespace bartizan::policy {
namespace {

json::string text(std::string_view value) { return json::string(value); }

}  // namespace

const rules::FactSchema& device_fact_schema() {
  using rules::FactType;
  static const rules::FactSchema schema = {
      {.name = "platform", .type = FactType::kString, .values = {"android", "ios"}},
      {.name = "ownership", .type = FactType::kString, .values = {"corporate", "personal"}},
      {.name = "group", .type = FactType::kString},
      {.name = "privacy_tier",
       .type = FactType::kString,
       .values = {"corporate", "byod", "minimal"}},
      {.name = "model", .type = FactType::kString},
      {.name = "os_version", .type = FactType::kString},
      {.name = "protection",
       .type = FactType::kString,
       .values = {"pending", "active", "degraded", "inactive", "tampered"}},
  };
  return schema;
}

const rules::FactSchema& fact_schema() {
  using rules::FactType;
  static const rules::FactSchema schema = [] {
    rules::FactSchema out = {
        {.name = "threat", .type = FactType::kString},
        {.name = "vector",
         .type = FactType::kString,
         .values = {"app", "link", "message", "network", "device", "agent"}},
        {.name = "severity",
         .type = FactType::kString,
         .values = {"informational", "low", "medium", "high", "critical"},
         .ordered = true},
        {.name = "confidence", .type = FactType::kNumber},
        {.name = "subject",
         .type = FactType::kString,
         .values = {"app", "link", "domain", "network", "device", "certificate", "profile",
                    "agent"}},
        {.name = "subject_key", .type = FactType::kString},
        {.name = "subject_label", .type = FactType::kString},
        {.name = "count", .type = FactType::kNumber},
        {.name = "reopened", .type = FactType::kNumber},
        {.name = "opened_at", .type = FactType::kTime},
        {.name = "now", .type = FactType::kTime},
    };
    const rules::FactSchema& device = device_fact_schema();
    out.insert(out.end(), device.begin(), device.end());
    return out;
  }();
  return schema;
}

std::string group_of(const Device& device) {
  return device.group.empty() ? std::string(to_string(device.ownership)) : device.group;
}

json::object facts_of(const Device& device) {
  json::object out = {
      {"platform", text(to_string(device.platform))},
      {"ownership", text(to_string(device.ownership))},
      {"group", group_of(device)},
      {"privacy_tier", text(to_string(device.tier))},
      {"protection", text(to_string(device.protection))},
  };
  // What a phone has not told is unknown, not empty.
  if (!device.model.empty()) out["model"] = device.model;
  if (!device.os_version.empty()) out["os_version"] = device.os_version;
  return out;
}

json::object facts_of(const Problem& problem, const Device& device, Timestamp now) {
  json::object out = facts_of(device);
  out["threat"] = problem.threat;
  out["vector"] = problem.threat.substr(0, problem.threat.find('.'));
  out["severity"] = text(to_string(problem.severity));
  out["confidence"] = problem.confidence;
  out["subject"] = problem.subject.kind;
  out["subject_key"] = problem.subject.key;
  if (!problem.subject.label.empty()) out["subject_label"] = problem.subject.label;
  out["count"] = problem.count;
  out["reopened"] = problem.reopened;
  out["opened_at"] = to_rfc3339(problem.opened_at);
  out["now"] = to_rfc3339(now);
  return out;
}

}  // namespace bartizan::policy
