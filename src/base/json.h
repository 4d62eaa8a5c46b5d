// JSON, by Boost.JSON; the limits on what comes from outside are set here once.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace bartizan {

namespace json = boost::json;

inline constexpr std::size_t kMaxJsonDepth = 32;

// One complete RFC 8259 value and nothing after it; duplicate keys keep the last. The error names
// the byte offset.
Result<json::value> parse_json(std::string_view text);
Result<json::object> parse_json_object(std::string_view text);

// A member of the wanted type, or nothing (absent and of another type look alike here).
std::optional<std::string_view> get_string(const json::object& object, std::string_view key);
std::optional<std::int64_t> get_int(const json::object& object, std::string_view key);
std::optional<double> get_double(const json::object& object, std::string_view key);  // integers too
std::optional<bool> get_bool(const json::object& object, std::string_view key);
const json::array* get_array(const json::object& object, std::string_view key);
const json::object* get_object(const json::object& object, std::string_view key);
std::vector<std::string> get_strings(const json::object& object, std::string_view key);

// The same value always gives the same bytes: keys sorted, no white space. For digests and
// signatures.
std::string canonical_json(const json::value& value);

}  // namespace bartizan
