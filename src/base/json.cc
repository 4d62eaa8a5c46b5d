#include "base/json.h"

#include <algorithm>
#include <boost/json/src.hpp>  // the library itself, compiled here once

namespace bartizan {

Result<json::value> parse_json(std::string_view text) {
  json::parse_options options;
  options.max_depth = kMaxJsonDepth;
  json::stream_parser parser({}, options);
  json::error_code error;
  const std::size_t used = parser.write_some(text.data(), text.size(), error);
  if (!error) parser.finish(error);
  if (!error && text.substr(used).find_first_not_of(" \t\r\n") != std::string_view::npos) {
    return Error{ErrorCode::kInvalid,
                 "unexpected text after the JSON value at byte " + std::to_string(used)};
  }
  if (error)
    return Error{ErrorCode::kInvalid,
                 "JSON " + error.message() + " at byte " + std::to_string(used)};
  return parser.release();
}

Result<json::object> parse_json_object(std::string_view text) {
  BARTIZAN_ASSIGN(json::value value, parse_json(text));
  if (!value.is_object()) return Error{ErrorCode::kInvalid, "a JSON object is wanted"};
  return std::move(value.get_object());
}

std::optional<std::string_view> get_string(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string_view(value->get_string());
}

std::optional<std::int64_t> get_int(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr) return std::nullopt;
  if (value->is_int64()) return value->get_int64();
  if (value->is_uint64() && value->get_uint64() <= INT64_MAX)
    return static_cast<std::int64_t>(value->get_uint64());
  return std::nullopt;
}

std::optional<double> get_double(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->to_number<double>();
}

std::optional<bool> get_bool(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_bool()) return std::nullopt;
  return value->get_bool();
}

const json::array* get_array(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_array();
}

const json::object* get_object(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_object();
}

std::vector<std::string> get_strings(const json::object& object, std::string_view key) {
  std::vector<std::string> out;
  if (const json::array* items = get_array(object, key)) {
    for (const json::value& item : *items) {
      if (item.is_string()) out.emplace_back(item.get_string());
    }
  }
  return out;
}

namespace {

json::value sorted(const json::value& value) {
  if (const json::array* items = value.if_array()) {
    json::array out;
    out.reserve(items->size());
    for (const json::value& item : *items) out.push_back(sorted(item));
    return out;
  }
  if (const json::object* members = value.if_object()) {
    std::vector<std::string_view> keys;
    for (const auto& member : *members) keys.emplace_back(member.key());
    std::sort(keys.begin(), keys.end());
    json::object out;
    out.reserve(keys.size());
    for (const std::string_view key : keys) out.emplace(key, sorted(members->at(key)));
    return out;
  }
  return value;
}

}  // namespace

std::string canonical_json(const json::value& value) { return json::serialize(sorted(value)); }

}  // namespace bartizan
