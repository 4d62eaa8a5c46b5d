// ArcSight Common Event Format, version 0 ("Implementing ArcSight Common Event Format", rev. 25):
//   CEF:0|vendor|product|version|event class|name|severity|key=value key=value ...
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/enums.h"

namespace bartizan::connect {

struct CefEvent {
  std::string version;      // of the product
  std::string event_class;  // what kind of event: the threat's id
  std::string name;
  int severity = 0;                                            // 0 to 10
  std::vector<std::pair<std::string, std::string>> extension;  // keys are CEF's, in order
};

// In a header field: \ and | escaped; line breaks, which it cannot hold, become spaces.
std::string escape_cef_header(std::string_view text);
// In an extension value: \ and = escaped, line breaks as \n and \r; a pipe stays as it is. Other
// control characters become spaces.
std::string escape_cef_value(std::string_view text);

// One line, UTF-8, no byte-order mark. Values longer than the format's dictionary allows are cut
// at a character's boundary; empty ones are left out.
std::string format_cef(const CefEvent& event);

// informational 1, low 3, medium 5, high 8, critical 10.
int cef_severity(Severity severity);

}  // namespace bartizan::connect
