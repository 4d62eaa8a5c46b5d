// What this phone has carried out, kept on disk so that nothing is done twice when a result is
// lost, the process ends, or the cached policy was faster than the server.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "agent/core/action_port.h"
#include "base/result.h"

namespace bartizan::agent {

inline constexpr std::size_t kMaxDoneActions = 200;  // the oldest are forgotten

class DoneActions {
 public:
  // An unreadable file is an error, a missing one is not.
  static Result<DoneActions> open(std::filesystem::path file);

  // What became of this action, or of the same one (problem and kind) done by the cached policy;
  // the latter counts for one action of the server alone.
  std::optional<ActionOutcome> outcome_of(const Action& action);
  // `by_policy`: done without the server, which does not know it by an id.
  Status add(const Action& action, const ActionOutcome& outcome, bool by_policy);
  // The problem came back: what was done about it then does not count for now.
  void forget_policy_actions(const std::string& problem_id);

 private:
  struct Entry {
    std::string action_id;  // empty: by the cached policy, and the server has not asked yet
    std::string problem_id;
    ActionKind kind;
    ActionOutcome outcome;
  };
  explicit DoneActions(std::filesystem::path file) : file_(std::move(file)) {}
  Status save() const;

  std::filesystem::path file_;
  std::vector<Entry> entries_;  // oldest first
};

}  // namespace bartizan::agent
