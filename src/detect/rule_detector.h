// Runs the detections written as content (content/rules/).
#pragma once

#include <vector>

#include "detect/detector.h"

namespace bartizan::detect {

// Appends one finding for each rule of the observation's kind whose condition is true. Unknown is
// not enough.
void run_rules(const Observation& observation, const Context& context,
               std::vector<Finding>& findings);

}  // namespace bartizan::detect
