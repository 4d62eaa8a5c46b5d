// On which line each member of a JSON text stands, for errors in files that people write.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace bartizan::connect {

// Line numbers from 1 by path: "connectors.0.port", "" for the whole. The text must be one that
// parse_json accepts. kInvalid, naming the line, for a member written twice.
Result<std::map<std::string, int>> json_lines(std::string_view text);

// The line of a byte offset.
int line_of(std::string_view text, std::size_t offset);

}  // namespace bartizan::connect
