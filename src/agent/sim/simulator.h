// Plays a scenario: lets an agent see what happens to a phone, and does what the person holding it
// would do about the server's actions.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <stop_token>
#include <string>

#include "agent/core/action_port.h"
#include "agent/core/agent.h"
#include "agent/sim/scenario.h"

namespace bartizan::agent {

// The body of an app.installed observation for an app's file, as a scan on the phone gives it.
using AppScan =
    std::function<Result<json::object>(const std::string& file, const std::string& installer)>;

struct SimulatorParts {
  const Clock& clock;
  AppScan scan_app;
  Teller tell = [](std::string_view, const json::object&) {};
  double speed = 1;  // 10: ten times as fast as written
};

class Simulator final : public ActionPort {
 public:
  Simulator(Scenario scenario, SimulatorParts parts);

  // The scenario's answer, or what an unprivileged agent can do: show, ask, block a domain, leave a
  // network.
  ActionOutcome carry_out(const Action& action) override;

  // Shows the agent everything in time. `follow`: goes on with repetitions and reactions until
  // stopped; otherwise ends when every step has been played, everything is acknowledged, the
  // server's actions since then are done and nothing has happened for `settle`. The first
  // observation that fails ends it.
  Status play(Agent& agent, std::stop_token stop, bool follow, Duration settle);

 private:
  struct Due {
    Sight sight;
    std::optional<Duration> every;
    std::string subject;
  };
  using SteadyTime = std::chrono::steady_clock::time_point;

  Status show(Agent& agent, const Due& due);
  SteadyTime after(Duration time) const;

  const Scenario scenario_;
  const SimulatorParts parts_;
  std::mutex mutex_;  // of what follows
  std::condition_variable_any changed_;
  std::multimap<SteadyTime, Due> due_;
  SteadyTime last_event_;
};

}  // namespace bartizan::agent
