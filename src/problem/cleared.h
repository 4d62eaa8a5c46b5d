// Remembers what a phone said is over, so that an older finding that arrives later opens nothing.
// Pure.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/cleared.h"
#include "model/finding.h"

namespace bartizan::problem {

// Of one phone; the oldest are forgotten.
inline constexpr std::size_t kMostCleared = 200;

// The findings of observation `sequence` that nothing newer has cleared.
std::vector<Finding> not_cleared(std::span<const Finding> findings,
                                 std::span<const Cleared> cleared, std::int64_t sequence);

// Takes the clearances of observation `sequence` into `cleared` and returns what changed of it.
std::vector<Cleared> remember(std::vector<Cleared>& cleared, std::span<const Clearance> clearances,
                              std::int64_t sequence);

// Leaves the kMostCleared newest. Those of a lower number than what is returned are gone; 0: none.
std::int64_t forget_oldest(std::vector<Cleared>& cleared);

}  // namespace bartizan::problem
