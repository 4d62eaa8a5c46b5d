#include "intel/observation_facts.h"

#include <charconv>

#include "model/observation_schema.h"

namespace bartizan::intel {
namespace {

std::optional<rules::FactType> fact_type(FieldType type) {
  switch (type) {
    case FieldType::kString:
      return rules::FactType::kString;
    case FieldType::kInteger:
    case FieldType::kNumber:
      return rules::FactType::kNumber;
    case FieldType::kBoolean:
      return rules::FactType::kBoolean;
    case FieldType::kTime:
    case FieldType::kDate:
      return rules::FactType::kTime;
    case FieldType::kStrings:
      return rules::FactType::kStrings;
    case FieldType::kObject:
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<std::int64_t> patch_age_days(const json::object& body, Timestamp now) {
  const auto text = get_string(body, "patch_level");
  if (!text) return std::nullopt;
  const auto patched = parse_date(*text);
  if (!patched) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::days>(now - *patched).count();
}

// 17 of "17.5.1".
std::optional<std::int64_t> os_major(const json::object& body) {
  const auto text = get_string(body, "os_version");
  if (!text) return std::nullopt;
  std::int64_t major = 0;
  const char* end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, major);
  if (error != std::errc() || (stop != end && *stop != '.')) return std::nullopt;
  return major;
}

}  // namespace

std::optional<rules::FactSchema> fact_schema(std::string_view kind) {
  const KindSpec* spec = find_kind(std::nullopt, kind);
  if (spec == nullptr) return std::nullopt;
  rules::FactSchema out;
  for (const FieldSpec& field : spec->fields) {
    const auto type = fact_type(field.type);
    if (!type) continue;
    out.push_back({.name = std::string(field.name),
                   .type = *type,
                   .values = {field.values.begin(), field.values.end()}});
  }
  out.push_back({.name = "now", .type = rules::FactType::kTime});
  out.push_back(
      {.name = "platform", .type = rules::FactType::kString, .values = {"android", "ios"}});
  if (kind == "device.state") {
    out.push_back({.name = "patch_age_days", .type = rules::FactType::kNumber});
    out.push_back({.name = "os_major", .type = rules::FactType::kNumber});
  }
  return out;
}

json::object facts_of(const Observation& observation, Timestamp evaluated_at, Platform platform) {
  json::object out = observation.body;
  out["now"] = to_rfc3339(evaluated_at);
  out["platform"] = json::string(to_string(platform));
  if (observation.kind == "device.state") {
    if (const auto days = patch_age_days(observation.body, evaluated_at))
      out["patch_age_days"] = *days;
    if (const auto major = os_major(observation.body)) out["os_major"] = *major;
  }
  return out;
}

}  // namespace bartizan::intel
