#include "agent/sim/simulator.h"

namespace bartizan::agent {
namespace {

constexpr Duration kLook = std::chrono::milliseconds(50);  // how often the end is looked for

ActionOutcome what_an_agent_can_do(ActionKind kind) {
  switch (kind) {
    case ActionKind::kNotifyUser:
      return {ActionState::kDone, "Shown."};
    case ActionKind::kAskRemoveApp:
      return {ActionState::kDone, "Asked the person to remove the app."};
    case ActionKind::kBlockDomain:
      return {ActionState::kDone, "The domain is blocked."};
    case ActionKind::kDisconnectNetwork:
      return {ActionState::kDone, "Left the network."};
    case ActionKind::kRequireUpdate:
      return {ActionState::kDone, "Asked the person to update."};
    case ActionKind::kBlockApp:
    case ActionKind::kRestrictAccess:
    case ActionKind::kLock:
      break;
  }
  return {ActionState::kFailed, "An agent without management rights cannot do this."};
}

}  // namespace

Simulator::Simulator(Scenario scenario, SimulatorParts parts)
    : scenario_(std::move(scenario)), parts_(std::move(parts)) {}

Simulator::SteadyTime Simulator::after(Duration time) const {
  const std::chrono::duration<double, std::milli> scaled(static_cast<double>(time.count()) /
                                                         parts_.speed);
  return std::chrono::steady_clock::now() +
         std::chrono::duration_cast<std::chrono::steady_clock::duration>(scaled);
}

ActionOutcome Simulator::carry_out(const Action& action) {
  ActionOutcome outcome = what_an_agent_can_do(action.kind);
  {
    const std::lock_guard lock(mutex_);
    last_event_ = std::chrono::steady_clock::now();
    for (const Reaction& reaction : scenario_.reactions) {
      if (reaction.action != action.kind) continue;
      if (reaction.outcome) outcome = *reaction.outcome;
      if (reaction.sight) {
        due_.emplace(after(reaction.after), Due{*reaction.sight, {}, action.subject.key});
      }
    }
  }
  changed_.notify_all();
  return outcome;
}

Status Simulator::show(Agent& agent, const Due& due) {
  json::object body = fill_in(due.sight.body, parts_.clock.now(), due.subject);
  std::string kind = due.sight.kind;
  if (kind == "app.scan") {
    BARTIZAN_ASSIGN(body, parts_.scan_app(due.sight.file, due.sight.installer));
    kind = "app.installed";
  }
  parts_.tell("observed", {{"kind", kind}});
  const auto findings = agent.observe(kind, std::move(body));
  return findings.ok() ? Status() : findings.error();
}

Status Simulator::play(Agent& agent, std::stop_token stop, bool follow, Duration settle) {
  std::unique_lock lock(mutex_);
  for (const Step& step : scenario_.steps) {
    if (step.every && !follow) continue;
    due_.emplace(after(step.at), Due{step.sight, step.every, ""});
  }
  last_event_ = std::chrono::steady_clock::now();
  while (!stop.stop_requested()) {
    const SteadyTime now = std::chrono::steady_clock::now();
    if (!due_.empty() && due_.begin()->first <= now) {
      const Due due = std::move(due_.extract(due_.begin()).mapped());
      if (due.every) due_.emplace(after(*due.every), due);
      last_event_ = now;
      lock.unlock();
      if (const Status shown = show(agent, due); !shown.ok()) {
        return shown.error().within("line " + std::to_string(due.sight.line));
      }
      lock.lock();
      continue;
    }
    const bool quiet = due_.empty() && now - last_event_ >= settle;
    if (!follow && quiet && agent.caught_up()) return {};
    if (follow && !due_.empty()) {
      changed_.wait_until(lock, stop, due_.begin()->first, [&, first = due_.begin()->first] {
        return !due_.empty() && due_.begin()->first < first;
      });
    } else if (follow) {
      changed_.wait(lock, stop, [&] { return !due_.empty(); });
    } else {
      const SteadyTime next =
          due_.empty() ? now + kLook : std::min(now + kLook, due_.begin()->first);
      changed_.wait_until(lock, stop, next, [] { return false; });
    }
  }
  return {};
}

}  // namespace bartizan::agent
