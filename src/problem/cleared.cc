#include "problem/cleared.h"

#include <algorithm>

namespace bartizan::problem {
namespace {

bool is_about(const Cleared& cleared, const Finding& finding) {
  if (cleared.threat != finding.threat) return false;
  return cleared.subject.key.empty() || (cleared.subject.kind == finding.subject.kind &&
                                         cleared.subject.key == finding.subject.key);
}

bool same(const Cleared& cleared, const Clearance& clearance) {
  return cleared.threat == clearance.threat && cleared.subject.kind == clearance.subject.kind &&
         cleared.subject.key == clearance.subject.key;
}

}  // namespace

std::vector<Finding> not_cleared(std::span<const Finding> findings,
                                 std::span<const Cleared> cleared, std::int64_t sequence) {
  std::vector<Finding> out;
  for (const Finding& finding : findings) {
    const bool over = std::any_of(cleared.begin(), cleared.end(), [&](const Cleared& one) {
      return one.sequence > sequence && is_about(one, finding);
    });
    if (!over) out.push_back(finding);
  }
  return out;
}

std::vector<Cleared> remember(std::vector<Cleared>& cleared, std::span<const Clearance> clearances,
                              std::int64_t sequence) {
  std::vector<Cleared> changed;
  for (const Clearance& clearance : clearances) {
    auto known = std::find_if(cleared.begin(), cleared.end(),
                              [&](const Cleared& one) { return same(one, clearance); });
    if (known != cleared.end() && known->sequence >= sequence) continue;
    if (known == cleared.end()) {
      known = cleared.insert(cleared.end(), Cleared{.threat = clearance.threat,
                                                    .subject = {.kind = clearance.subject.kind,
                                                                .key = clearance.subject.key,
                                                                .label = {}}});
    }
    known->sequence = sequence;
    changed.push_back(*known);
  }
  return changed;
}

std::int64_t forget_oldest(std::vector<Cleared>& cleared) {
  if (cleared.size() <= kMostCleared) return 0;
  std::stable_sort(cleared.begin(), cleared.end(),
                   [](const Cleared& a, const Cleared& b) { return a.sequence > b.sequence; });
  const std::int64_t oldest_kept = cleared[kMostCleared - 1].sequence;
  std::erase_if(cleared, [&](const Cleared& one) { return one.sequence < oldest_kept; });
  return oldest_kept;
}

}  // namespace bartizan::problem
