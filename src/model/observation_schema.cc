#include "model/observation_schema.h"

#include <algorithm>

namespace bartizan {
namespace {

// Characters of UTF-8 text: bytes that do not continue another.
std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

Status check_string(const FieldSpec& field, std::string_view text) {
  const auto invalid = [&](const std::string& what) {
    return Error{ErrorCode::kInvalid, std::string(field.name) + " " + what};
  };
  if (!field.values.empty() &&
      std::find(field.values.begin(), field.values.end(), text) == field.values.end()) {
    return invalid("has no value '" + std::string(text.substr(0, 40)) + "'");
  }
  if (text.size() > field.max_length && characters(text) > field.max_length) {
    return invalid("is longer than " + std::to_string(field.max_length) + " characters");
  }
  return {};
}

Status check_strings(const FieldSpec& field, const json::value& value) {
  const Error wrong{ErrorCode::kInvalid, std::string(field.name) + " must be a list of strings"};
  if (!value.is_array()) return wrong;
  if (value.get_array().size() > field.max_length) {
    return Error{ErrorCode::kInvalid, std::string(field.name) + " has more than " +
                                          std::to_string(field.max_length) + " items"};
  }
  for (const json::value& item : value.get_array()) {
    if (!item.is_string()) return wrong;
    if (item.get_string().size() > kMaxListItemBytes) {
      return Error{ErrorCode::kInvalid, std::string(field.name) + " has an item longer than " +
                                            std::to_string(kMaxListItemBytes) + " bytes"};
    }
  }
  return {};
}

Status check_field(const FieldSpec& field, const json::value& value) {
  const auto want = [&](bool right, std::string_view type) -> Status {
    if (right) return {};
    return Error{ErrorCode::kInvalid, std::string(field.name) + " must be " + std::string(type)};
  };
  switch (field.type) {
    case FieldType::kString:
      BARTIZAN_TRY(want(value.is_string(), "a string"));
      return check_string(field, value.get_string());
    case FieldType::kInteger:
      return want(value.is_int64(), "an integer");
    case FieldType::kNumber:
      return want(value.is_number(), "a number");
    case FieldType::kBoolean:
      return want(value.is_bool(), "true or false");
    case FieldType::kTime:
      return want(value.is_string() && parse_rfc3339(value.get_string()).ok(), "an RFC 3339 time");
    case FieldType::kDate:
      return want(value.is_string() && parse_date(value.get_string()).ok(), "a date (YYYY-MM-DD)");
    case FieldType::kStrings:
      return check_strings(field, value);
    case FieldType::kObject:
      return want(value.is_object(), "an object");
  }
  return {};
}

}  // namespace

const KindSpec* find_kind(std::optional<PrivacyTier> tier, std::string_view kind) {
  for (const KindSpec& spec : kinds_of(tier)) {
    if (spec.kind == kind) return &spec;
  }
  return nullptr;
}

Result<CheckedObservation> check_observation(Observation observation,
                                             std::optional<PrivacyTier> tier) {
  const KindSpec* spec = find_kind(tier, observation.kind);
  if (spec == nullptr) {
    const std::string where = tier ? " in the " + std::string(to_string(*tier)) + " tier" : "";
    return Error{ErrorCode::kUnsupported, "no observation kind '" + observation.kind + "'" + where};
  }
  if (observation.schema_major != spec->major) {
    return Error{ErrorCode::kUnsupported, observation.kind + " has schema " +
                                              std::to_string(spec->major) + ".x, not " +
                                              std::to_string(observation.schema_major) + ".x"};
  }
  CheckedObservation out;
  json::object known;
  known.reserve(observation.body.size());
  for (const FieldSpec& field : spec->fields) {
    json::value* value = observation.body.if_contains(field.name);
    if (value == nullptr || value->is_null()) {
      if (field.required)
        return Error{ErrorCode::kInvalid, std::string(field.name) + " is missing"};
      continue;
    }
    BARTIZAN_TRY(check_field(field, *value));
    known.emplace(field.name, std::move(*value));
  }
  for (const auto& member : observation.body) {
    if (!known.contains(member.key()) && !member.value().is_null())
      out.unknown_fields.emplace_back(member.key());
  }
  observation.body = std::move(known);
  out.observation = std::move(observation);
  return out;
}

}  // namespace bartizan
