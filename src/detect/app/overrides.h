// Which methods of an app override those that content names.
#pragma once

#include <cstdint>
#include <vector>

#include "detect/app/program.h"
#include "intel/code_patterns.h"

namespace bartizan::detect {

struct OverrideUse {
  std::uint32_t pattern = 0;  // of `patterns`
  std::uint32_t method = 0;   // of Program::methods
};

// By method, and there by pattern. `reached` is by Program::methods; what is not reached overrides
// nothing. A pattern's class may be the platform's or a library's that the app holds itself.
std::vector<OverrideUse> find_overrides(const Program& program, const std::vector<bool>& reached,
                                        const std::vector<intel::ReferencePattern>& patterns);

}  // namespace bartizan::detect
