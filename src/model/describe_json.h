// JSON from and to described structs: members keep their names, enums their spelling, times are RFC
// 3339, an absent optional is null. Included by model/json.cc alone; it is heavy.
#pragma once

#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "model/enums.h"

namespace bartizan::describe {

template <typename T>
inline constexpr bool is_optional = false;
template <typename T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <typename T>
inline constexpr bool is_vector = false;
template <typename T>
inline constexpr bool is_vector<std::vector<T>> = true;

template <typename T>
json::object object_of(const T& value);

template <typename T>
json::value value_of(const T& value) {
  if constexpr (std::is_same_v<T, Timestamp>) {
    return json::string(to_rfc3339(value));
  } else if constexpr (std::is_enum_v<T>) {
    return json::string(to_string(value));
  } else if constexpr (is_optional<T>) {
    return value ? value_of(*value) : json::value(nullptr);
  } else if constexpr (is_vector<T>) {
    json::array out;
    out.reserve(value.size());
    for (const auto& item : value) out.push_back(value_of(item));
    return out;
  } else if constexpr (std::is_same_v<T, std::string>) {
    return json::string(value);
  } else if constexpr (std::is_same_v<T, json::object>) {
    return value;
  } else if constexpr (std::is_arithmetic_v<T>) {
    return value;
  } else {
    return object_of(value);
  }
}

template <typename T>
json::object object_of(const T& value) {
  json::object out;
  boost::mp11::mp_for_each<boost::describe::describe_members<T, boost::describe::mod_any_access>>(
      [&](auto member) { out.emplace(member.name, value_of(value.*member.pointer)); });
  return out;
}

template <typename T>
Status read_object(const json::object& object, T& out);

template <typename T>
Status read_value(const json::value& value, T& out) {
  const Error wrong_type{ErrorCode::kInvalid, "is of the wrong type"};
  if constexpr (is_optional<T>) {
    if (value.is_null()) {
      out.reset();
      return {};
    }
    return read_value(value, out.emplace());
  } else if constexpr (is_vector<T>) {
    if (!value.is_array()) return wrong_type;
    out.clear();
    for (const json::value& item : value.get_array())
      BARTIZAN_TRY(read_value(item, out.emplace_back()));
    return {};
  } else if constexpr (std::is_same_v<T, json::object>) {
    if (!value.is_object()) return wrong_type;
    out = value.get_object();
    return {};
  } else if constexpr (std::is_same_v<T, bool>) {
    if (!value.is_bool()) return wrong_type;
    out = value.get_bool();
    return {};
  } else if constexpr (std::is_arithmetic_v<T>) {
    json::error_code error;
    out = value.to_number<T>(error);
    if (error) return wrong_type;
    return {};
  } else if constexpr (std::is_class_v<T> && !std::is_same_v<T, std::string> &&
                       !std::is_same_v<T, Timestamp>) {
    if (!value.is_object()) return wrong_type;
    return read_object(value.get_object(), out);
  } else {
    if (!value.is_string()) return wrong_type;
    const std::string_view text(value.get_string());
    if constexpr (std::is_same_v<T, std::string>) {
      out = text;
    } else if constexpr (std::is_same_v<T, Timestamp>) {
      BARTIZAN_ASSIGN(out, parse_rfc3339(text));
    } else {
      const auto parsed = parse_enum<T>(text);
      if (!parsed)
        return Error{ErrorCode::kInvalid, "has no value '" + std::string(text.substr(0, 40)) + "'"};
      out = *parsed;
    }
    return {};
  }
}

// Members that are absent keep their default when optional, and are an error otherwise; others are
// ignored.
template <typename T>
Status read_object(const json::object& object, T& out) {
  Status status;
  boost::mp11::mp_for_each<boost::describe::describe_members<T, boost::describe::mod_any_access>>(
      [&](auto member) {
        if (!status.ok()) return;
        auto& field = out.*member.pointer;
        const json::value* value = object.if_contains(member.name);
        if (value == nullptr) {
          if (!is_optional<std::remove_reference_t<decltype(field)>>) {
            status = Error{ErrorCode::kInvalid, std::string(member.name) + " is missing"};
          }
        } else if (const Status read = read_value(*value, field); !read.ok()) {
          status = read.error().within(member.name);
        }
      });
  return status;
}

template <typename T>
Result<T> from_object(const json::object& object) {
  T out;
  BARTIZAN_TRY(read_object(object, out));
  return out;
}

}  // namespace bartizan::describe
