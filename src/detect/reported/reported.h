// The phone's own verdicts. Tiers that keep what was seen on the phone send threat.found and
// threat.cleared instead; here they become findings and clearances again.
#pragma once

#include <optional>
#include <vector>

#include "detect/detector.h"

namespace bartizan::detect {

// threat.found: a finding with the phone's severity, confidence, rule and evidence, judged with the
// content and engine the phone names. Its subject is the phone's keyed digest (subject_ref), by
// which threat.cleared names it again; what the tier tells of the subject is the label. A threat
// this catalogue lacks becomes agent.unknown_threat.
void run_reported(const Observation& observation, const Context& context,
                  std::vector<Finding>& findings);

// threat.cleared: what ends; nothing for other kinds.
std::optional<Clearance> reported_clearance(const Observation& observation);

}  // namespace bartizan::detect
