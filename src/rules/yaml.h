// YAML documents of our own and of operators, with bounds on size, depth and aliases before
// yaml-cpp builds anything big.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace YAML {
class Node;
}

namespace bartizan::rules {

inline constexpr std::size_t kMaxYamlBytes = 1 << 20;
inline constexpr int kMaxYamlDepth = 32;

// Errors read "file:line: message". Anchors and aliases are refused: nothing here needs them.
Result<YAML::Node> parse_yaml(std::string_view text, const std::string& file);

}  // namespace bartizan::rules
