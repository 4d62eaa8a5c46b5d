// The agent: collects, judges on the phone, keeps what may be told in a durable queue, sends it,
// carries out what the server asks, and does what the cached policy says while there is no server.
#pragma once

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "agent/core/action_port.h"
#include "agent/core/device_api.h"
#include "agent/core/done_actions.h"
#include "agent/core/identity.h"
#include "agent/core/phone_state.h"
#include "agent/core/privacy.h"
#include "agent/core/queue.h"
#include "detect/detector.h"

namespace bartizan::agent {

// What the person at the terminal may follow: a word ("found", "sent", ...) and its details.
using Teller = std::function<void(std::string_view event, const json::object& detail)>;
using Judge =
    std::function<detect::Verdict(const Observation& observation, const detect::Context& context)>;

struct AgentParts {
  const Clock& clock;
  Random& random;
  std::shared_ptr<const intel::Content> content;
  ActionPort& actions;
  Judge judge = detect::detect;
  Teller tell = [](std::string_view, const json::object&) {};
  QueueLimits queue_limits = {};
};

class Agent {
 public:
  // Takes up the work in `folder`, which save_identity has been called with.
  static Result<std::unique_ptr<Agent>> open(std::filesystem::path folder, AgentParts parts);
  ~Agent();

  const Device& device() const { return identity_.device; }

  // Judges what was seen and queues what may be told. kInvalid: `body` breaks the kind's schema.
  // Any thread.
  Result<std::vector<Finding>> observe(const std::string& kind, json::object body);

  // Sends everything that waits; stops at the first error of the line or the server. One thread at
  // a time.
  Status sync();
  // Fetches actions, waiting for one as long as given, carries them out and reports. Returns how
  // many there were. One thread at a time.
  Result<std::size_t> take_actions(std::chrono::seconds wait);
  Status refresh_policies();
  Status renew_certificate_if_due();

  // Does the above until asked to stop, on two threads of its own; errors are backed off from.
  void run(std::stop_token stop, std::chrono::seconds poll);

  std::size_t waiting() const;  // observations not yet acknowledged
  // Nothing waits, and what the server asked for since its last acknowledgement is done and
  // reported.
  bool caught_up() const;

 private:
  Agent(std::filesystem::path folder, AgentParts parts, Identity identity, Queue queue,
        PhoneState state, DoneActions done);
  Result<Observation> record(const std::string& kind, json::object body, Timestamp now);
  detect::Verdict judge(const Observation& seen, const Observation* wire, Timestamp now,
                        std::vector<Finding>& named) const;
  std::vector<std::pair<std::string, json::object>> reports_of(
      std::span<const Finding> findings, std::span<const Transition> transitions) const;
  Status enqueue(const std::string& kind, json::object body, std::string id, Timestamp seen_at);
  Status settle(const std::vector<Observation>& batch, const std::vector<ItemResult>& results);
  void compare_clocks();
  void plan_actions(std::span<const Transition> transitions, std::span<const Finding> named,
                    Timestamp now);
  void act_alone();
  void keep(const Action& action, const ActionOutcome& outcome, bool by_policy);
  ActionOutcome carry_out_once(const Action& action);
  void run_sync(std::stop_token stop);
  void run_actions(std::stop_token stop, std::chrono::seconds poll);
  void pause(std::stop_token stop, Duration time);

  const std::filesystem::path folder_;
  AgentParts parts_;
  Identity identity_;
  const SubjectReferences references_;

  mutable std::mutex mutex_;  // of queue_, state_, planned_, done_ and clock_skew_
  std::condition_variable_any changed_;
  Queue queue_;
  PhoneState state_;
  std::vector<Action> planned_;  // done if the server turns out to be out of reach
  DoneActions done_;
  std::optional<Duration> clock_skew_;  // this clock less the server's, at its last answer
  std::size_t batch_size_;

  std::atomic<std::int64_t> acknowledged_ = 0;   // batches
  std::atomic<std::int64_t> answered_for_ = -1;  // batches whose actions were asked for and done
  std::atomic<bool> offline_ = false;            // the last attempt to send failed
  std::mutex port_mutex_;                        // one action at a time, from whichever thread
  bool renewed_ = false;  // polling_ must be made anew with the new certificate
  std::unique_ptr<DeviceApi> sending_;
  std::unique_ptr<DeviceApi> polling_;
};

}  // namespace bartizan::agent
