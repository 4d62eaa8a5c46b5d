// The state of (device, threat, subject), folded from findings and clearances.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "model/finding.h"

namespace bartizan {

struct Problem {
  std::string id;
  std::string device_id;
  std::string threat;
  Subject subject;
  Severity severity = Severity::kInformational;
  int confidence = 0;
  ProblemState state = ProblemState::kOpen;
  Timestamp opened_at;  // of the current opening
  Timestamp first_seen;
  Timestamp last_seen;
  int count = 0;  // findings folded in
  int reopened = 0;
  std::string last_finding_id;
  // Of the newest observation that found or cleared it; older ones no longer count. The store's
  // alone, not in the JSON form.
  std::int64_t decided_by_sequence = 0;
  std::optional<Timestamp> expires_at;  // threats that end by time alone
  std::optional<Timestamp> resolved_at;
  std::string resolved_by;  // the clearance's sentence

  bool operator==(const Problem&) const = default;
};

enum class ProblemChange { kOpened, kReopened, kSeenAgain, kResolved };
std::string_view to_string(ProblemChange value);

struct Transition {
  Problem problem;  // after the change
  ProblemChange change;
};

json::object to_json(const Problem& problem);
Result<Problem> problem_from_json(const json::object& object);

}  // namespace bartizan
