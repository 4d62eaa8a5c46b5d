// Folds findings and clearances into problems, and problems into device risk. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/device.h"
#include "model/finding.h"
#include "model/problem.h"
#include "model/threat.h"

namespace bartizan::problem {

// Applies one observation's findings and clearances to the device's problems (open and resolved),
// in place, and returns what changed. `sequence` is the observation's place in the phone's own
// order (0 where observations cannot come late): what is older than what decided a problem changes
// nothing about it. `now` is the time of folding. A problem's id is uuid_of(device, threat,
// subject).
std::vector<Transition> fold(std::vector<Problem>& problems, std::span<const Finding> findings,
                             std::span<const Clearance> clearances, std::int64_t sequence,
                             std::span<const Threat> catalogue, Timestamp now);

// Resolves what ends by time alone.
std::vector<Transition> expire(std::vector<Problem>& problems, Timestamp now);

// critical or high -> high, medium -> medium, low -> low, informational or none -> secured. Open
// problems alone.
Risk risk_of(std::span<const Problem> problems);

struct Protection {
  ProtectionState state;
  std::string reason;
};
inline constexpr Duration kSilentAfter = std::chrono::hours(24 * 7);
// pending (never seen), tampered, inactive (silent for kSilentAfter, unenrolled), degraded
// (half-permitted), active.
Protection protection_of(const Device& device, Timestamp now);

}  // namespace bartizan::problem
