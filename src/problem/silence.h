// A watched phone that falls silent is a problem of its own: nobody would notice otherwise that
// nothing is reported any more. Pure.
#pragma once

#include <span>
#include <vector>

#include "model/device.h"
#include "model/finding.h"
#include "model/problem.h"
#include "model/threat.h"

namespace bartizan::problem {

inline constexpr std::string_view kSilentThreat = "agent.silent";

struct Silence {
  std::vector<Finding> findings;
  std::vector<Clearance> clearances;
};

// A finding while the enrolled phone is silent (the same one, by its id, until it is heard again),
// and a clearance when it was heard again and its problem is still open. One that never reported
// has nothing to miss, and one that is no longer enrolled is not expected to report. `threat` is
// kSilentThreat of the catalogue.
Silence silence_of(const Device& device, std::span<const Problem> problems, const Threat& threat,
                   const JudgedWith& judged_with);

}  // namespace bartizan::problem
