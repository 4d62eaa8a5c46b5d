// All that changes about one phone in one transaction: observations become findings, findings fold
// into problems, risk follows, policy decides, alerts, actions and outbox items come of it.
//
// After finish() and the commit it knows the phone as the store has it, and can go on in a later
// transaction as long as nothing but itself has written in between.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/crypto.h"
#include "detect/detector.h"
#include "model/device.h"
#include "model/problem.h"
#include "model/response.h"
#include "problem/fold.h"
#include "respond/respond.h"
#include "server/policy_set.h"
#include "store/store.h"

namespace bartizan::server {

// What every update is judged with.
struct JudgedBy {
  const intel::Content& content;
  std::shared_ptr<const CompiledPolicies> policies;
  const respond::Channels& channels;
  std::span<const std::string> connectors;  // ids the outbox feeds
  Random& random;
  Timestamp now;
};

class DeviceUpdate {
 public:
  // kNotFound: no such phone.
  static Result<DeviceUpdate> load(store::Rows& rows, const JudgedBy& by,
                                   std::string_view device_id);

  const Device& device() const { return device_; }

  // Goes on in another transaction.
  void resume(store::Rows& rows, const JudgedBy& by);
  // Rows it holds, roughly: what keeping it costs.
  std::size_t rows_known() const;

  // The phone was heard of: its sequence numbers, whether or not the item could be used.
  void note_sequence(std::int64_t sequence);
  // Stores a new observation with what detection made of it. False: a duplicate, nothing changed.
  Result<bool> apply(const store::StoredObservation& stored, const detect::Verdict& verdict);
  // Ends what ends by time alone.
  Status expire();
  // Asks the policies again about every open problem: one of them has changed.
  Status decide_again();

  // Writes what changed; nothing else is called then before resume(). True: there are new actions
  // for the agent.
  Result<bool> finish();

 private:
  DeviceUpdate(store::Rows& rows, const JudgedBy& by, Device device)
      : rows_(&rows), by_(&by), before_(device), device_(std::move(device)) {}

  // Of an observation that is stored: keeps the findings and folds them.
  Status follow_verdict(const store::StoredObservation& stored, const detect::Verdict& verdict);
  // Opens, or ends, the problem of a phone that is silent.
  Status follow_silence();
  // Of the findings, those that nothing newer has cleared already.
  Result<std::vector<Finding>> in_time(const detect::Verdict& verdict, std::int64_t sequence);
  Status load_cleared();
  // False: the phone has told of its state or its agent's health anew since; this is history.
  bool is_newest(const Observation& observation);
  void learn(const Observation& observation);
  Status follow(std::span<const Transition> transitions, std::span<const Finding> findings);
  Status follow_one(const Transition& transition, const Finding* finding);
  Result<std::vector<Action>> decide(const Problem& problem, const Threat& threat);
  Result<std::vector<Action>> plan(const Decision& decision, const Problem& problem,
                                   const Threat& threat);
  Status cancel_actions(const Problem& problem);
  Status load_actions();

  // As it stands, with whether the store has it so.
  struct KnownAlert {
    std::optional<Alert> alert;
    bool changed = false;
  };

  store::Rows* rows_;  // null between transactions
  const JudgedBy* by_;
  Device before_;  // as the store has it, like problems_before_
  Device device_;
  std::vector<Problem> problems_;
  std::vector<Problem> problems_before_;
  std::map<std::string, KnownAlert> alerts_;     // by problem
  std::set<std::string> decisions_;              // ids of some that the store has
  std::optional<std::vector<Action>> actions_;   // the newest of the phone
  std::optional<std::vector<Cleared>> cleared_;  // what older findings must not bring back
  bool new_actions_ = false;
};

}  // namespace bartizan::server
