#include "base/id.h"
#include "respond/respond.h"

namespace bartizan::respond {
namespace {

// The state of an existing alert after its problem changed. What an analyst marked false stays so;
// an acknowledged one comes back when it gets worse.
AlertState next_state(const Alert& current, const Transition& transition) {
  if (current.state == AlertState::kFalsePositive) return current.state;
  switch (transition.change) {
    case ProblemChange::kResolved:
      return AlertState::kResolved;
    case ProblemChange::kOpened:
    case ProblemChange::kReopened:
      return AlertState::kOpen;
    case ProblemChange::kSeenAgain:
      return transition.problem.severity > current.severity ? AlertState::kOpen : current.state;
  }
  return current.state;
}

}  // namespace

Alert update_alert(const std::optional<Alert>& current, const Transition& transition, Timestamp now,
                   Random& random) {
  const Problem& problem = transition.problem;
  Alert out = current.value_or(
      Alert{.problem_id = problem.id, .device_id = problem.device_id, .threat = problem.threat});
  if (!current) {
    out.id = new_uuid(now, random);
    out.state =
        transition.change == ProblemChange::kResolved ? AlertState::kResolved : AlertState::kOpen;
  } else {
    out.state = next_state(*current, transition);
  }
  out.subject = problem.subject;
  out.severity = problem.severity;
  out.confidence = problem.confidence;
  out.count = problem.count;
  out.first_seen = problem.first_seen;
  out.last_seen = problem.last_seen;
  out.last_finding_id = problem.last_finding_id;
  const bool closed = out.state == AlertState::kResolved || out.state == AlertState::kFalsePositive;
  if (!closed) out.closed_at.reset();
  if (closed && !out.closed_at) out.closed_at = now;
  return out;
}

}  // namespace bartizan::respond
