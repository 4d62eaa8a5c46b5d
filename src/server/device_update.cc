#include "server/device_update.h"

#include <algorithm>
#include <utility>

#include "base/json.h"
#include "problem/cleared.h"
#include "problem/silence.h"
#include "server/fleet_apps.h"

namespace bartizan::server {
namespace {

constexpr int kActionsRemembered = 200;

void set_text(std::string& field, const json::object& body, std::string_view name) {
  if (const auto value = get_string(body, name); value && !value->empty()) field = *value;
}

// What a report of the agent's health says it cannot watch; what it says nothing about stays.
void learn_degraded(std::vector<std::string>& degraded, const json::object& body) {
  std::vector<std::string> now;
  const auto learn = [&](std::string_view member, const std::string& prefix) {
    if (get_array(body, member) != nullptr) {
      for (const std::string& name : get_strings(body, member)) now.push_back(prefix + name);
      return;
    }
    for (const std::string& known : degraded) {
      if (known.starts_with(prefix)) now.push_back(known);
    }
  };
  learn("permissions_denied", "permission:");
  learn("sensors_off", "sensor:");
  degraded = std::move(now);
}

// The finding a transition came of, for the event that tells of it.
const Finding* finding_of(const Transition& transition, std::span<const Finding> findings) {
  for (const Finding& finding : findings) {
    if (finding.id == transition.problem.last_finding_id) return &finding;
  }
  return nullptr;
}

// Where the phone's order of a kind is kept whose newest report alone counts.
std::int64_t* newest_of(Device& device, std::string_view kind) {
  if (kind == "device.state") return &device.state_sequence;
  if (kind == "agent.health") return &device.health_sequence;
  return nullptr;
}

bool stands(const Action& action, const Problem& problem) {
  return action.problem_id == problem.id && action.created_at >= problem.opened_at &&
         action.state != ActionState::kCancelled && action.state != ActionState::kFailed;
}

}  // namespace

Result<DeviceUpdate> DeviceUpdate::load(store::Rows& rows, const JudgedBy& by,
                                        std::string_view device_id) {
  BARTIZAN_ASSIGN(auto device, rows.device(device_id));
  if (!device) return Error{ErrorCode::kNotFound, "there is no such phone"};
  DeviceUpdate out(rows, by, std::move(*device));
  BARTIZAN_ASSIGN(out.problems_, rows.problems(device_id));
  out.problems_before_ = out.problems_;
  return out;
}

void DeviceUpdate::resume(store::Rows& rows, const JudgedBy& by) {
  rows_ = &rows;
  by_ = &by;
  new_actions_ = false;
}

std::size_t DeviceUpdate::rows_known() const {
  return problems_.size() + alerts_.size() + decisions_.size() + (actions_ ? actions_->size() : 0) +
         (cleared_ ? cleared_->size() : 0);
}

void DeviceUpdate::note_sequence(std::int64_t sequence) {
  if (sequence > device_.last_sequence + 1) {
    const std::int64_t missing = sequence - device_.last_sequence - 1;
    device_.sequence_gaps += std::min(missing, INT64_MAX - device_.sequence_gaps);
  }
  device_.last_sequence = std::max(device_.last_sequence, sequence);
}

bool DeviceUpdate::is_newest(const Observation& observation) {
  std::int64_t* const newest = newest_of(device_, observation.kind);
  if (newest == nullptr) return true;
  if (observation.sequence < *newest) return false;
  *newest = observation.sequence;
  return true;
}

void DeviceUpdate::learn(const Observation& observation) {
  const json::object& body = observation.body;
  if (observation.kind == "device.state") {
    set_text(device_.os_version, body, "os_version");
    set_text(device_.patch_level, body, "patch_level");
    set_text(device_.model, body, "model");
  } else if (observation.kind == "agent.health") {
    set_text(device_.agent_version, body, "agent_version");
    learn_degraded(device_.degraded, body);
    if (const auto tampered = get_bool(body, "tampered")) device_.tampered = *tampered;
  }
}

Result<bool> DeviceUpdate::apply(const store::StoredObservation& stored,
                                 const detect::Verdict& verdict) {
  device_.last_seen = by_->now;
  BARTIZAN_ASSIGN(const bool added, rows_->add_observation(stored));
  if (!added) return false;
  const bool in_order = stored.observation.sequence > device_.last_sequence;
  note_sequence(stored.observation.sequence);
  std::optional<detect::Verdict> in_fleet;
  if (in_order) {
    BARTIZAN_ASSIGN(in_fleet, judge_in_fleet(*rows_, stored.observation, verdict,
                                             {.content = by_->content,
                                              .evaluated_at = by_->now,
                                              .platform = device_.platform},
                                             problems_));
  }
  BARTIZAN_TRY(follow_verdict(stored, in_fleet ? *in_fleet : verdict));
  return true;
}

Status DeviceUpdate::follow_verdict(const store::StoredObservation& stored,
                                    const detect::Verdict& verdict) {
  for (const Finding& finding : verdict.findings) BARTIZAN_TRY(rows_->add_finding(finding));
  if (!is_newest(stored.observation)) return {};
  learn(stored.observation);
  if (verdict.findings.empty() && verdict.clearances.empty()) return {};
  std::vector<Finding> findings = verdict.findings;
  // The kinds whose newest report alone counts need no memory: an older one did not come so far.
  if (newest_of(device_, stored.observation.kind) == nullptr) {
    BARTIZAN_ASSIGN(findings, in_time(verdict, stored.observation.sequence));
  }
  const std::vector<Transition> transitions =
      problem::fold(problems_, findings, verdict.clearances, stored.observation.sequence,
                    by_->content.threats(), by_->now);
  return follow(transitions, findings);
}

Status DeviceUpdate::load_cleared() {
  if (cleared_) return {};
  BARTIZAN_ASSIGN(cleared_, rows_->cleared(device_.id));
  return {};
}

Result<std::vector<Finding>> DeviceUpdate::in_time(const detect::Verdict& verdict,
                                                   std::int64_t sequence) {
  // Of a phone none of whose numbers was ever missing, nothing older can come.
  if (device_.sequence_gaps == 0) return verdict.findings;
  BARTIZAN_TRY(load_cleared());
  for (const Cleared& changed : problem::remember(*cleared_, verdict.clearances, sequence))
    BARTIZAN_TRY(rows_->put_cleared(device_.id, changed));
  if (const std::int64_t kept = problem::forget_oldest(*cleared_); kept > 0)
    BARTIZAN_TRY(rows_->remove_cleared(device_.id, kept));
  return problem::not_cleared(verdict.findings, *cleared_, sequence);
}

Status DeviceUpdate::follow_silence() {
  const Threat* threat = by_->content.find_threat(problem::kSilentThreat);
  if (threat == nullptr) return {};  // an older content pack
  const problem::Silence silence =
      problem::silence_of(device_, problems_, *threat,
                          {.evaluated_at = by_->now,
                           .content_digest = by_->content.digest(),
                           .overlay_digest = {},
                           .history_digest = {},
                           .engine_version = std::string(detect::kEngineVersion)});
  if (silence.findings.empty() && silence.clearances.empty()) return {};
  for (const Finding& finding : silence.findings) BARTIZAN_TRY(rows_->add_finding(finding));
  // It is about the phone as a whole, so that nothing it sent decides later than this.
  const std::vector<Transition> transitions =
      problem::fold(problems_, silence.findings, silence.clearances, device_.last_sequence,
                    by_->content.threats(), by_->now);
  return follow(transitions, silence.findings);
}

Status DeviceUpdate::expire() { return follow(problem::expire(problems_, by_->now), {}); }

Status DeviceUpdate::decide_again() {
  for (const Problem& problem : problems_) {
    const Threat* threat = by_->content.find_threat(problem.threat);
    if (problem.state != ProblemState::kOpen || threat == nullptr) continue;
    BARTIZAN_TRY(decide(problem, *threat));
  }
  return {};
}

Status DeviceUpdate::follow(std::span<const Transition> transitions,
                            std::span<const Finding> findings) {
  device_.risk = problem::risk_of(problems_);
  for (const Transition& transition : transitions)
    BARTIZAN_TRY(follow_one(transition, finding_of(transition, findings)));
  return {};
}

Status DeviceUpdate::follow_one(const Transition& transition, const Finding* finding) {
  const Problem& problem = transition.problem;
  auto known = alerts_.find(problem.id);
  if (known == alerts_.end()) {
    BARTIZAN_ASSIGN(auto stored, rows_->alert_of_problem(problem.id));
    known = alerts_.emplace(problem.id, KnownAlert{.alert = std::move(stored)}).first;
  }
  const Alert alert = respond::update_alert(known->second.alert, transition, by_->now, by_->random);
  known->second = {.alert = alert, .changed = true};
  // A threat that a newer content pack no longer has still resolves; there is nothing to decide.
  const Threat* threat = by_->content.find_threat(problem.threat);
  std::vector<Action> actions;
  if (problem.state == ProblemState::kResolved) {
    BARTIZAN_TRY(cancel_actions(problem));
  } else if (threat != nullptr) {
    BARTIZAN_ASSIGN(actions, decide(problem, *threat));
  }
  if (transition.change == ProblemChange::kSeenAgain || threat == nullptr) return {};
  return rows_->add_outbox(respond::outbox_item(transition, alert, device_, finding, *threat,
                                                actions, by_->now, by_->random),
                           by_->connectors);
}

Result<std::vector<Action>> DeviceUpdate::decide(const Problem& problem, const Threat& threat) {
  const policy::Policy* policy = policy::policy_for(by_->policies->policies, device_);
  if (policy == nullptr) return std::vector<Action>();
  const auto decision = policy->decide(problem, device_, by_->now);
  if (!decision) return std::vector<Action>();
  if (!decisions_.insert(decision->id).second) return std::vector<Action>();
  BARTIZAN_ASSIGN(const auto known, rows_->decision(decision->id));
  if (known) return std::vector<Action>();
  BARTIZAN_TRY(rows_->add_decision(*decision));
  return plan(*decision, problem, threat);
}

Status DeviceUpdate::load_actions() {
  if (actions_) return {};
  BARTIZAN_ASSIGN(auto page, rows_->actions({.device_id = device_.id, .states = {}},
                                            {.limit = kActionsRemembered, .cursor = {}}));
  actions_ = std::move(page.items);
  return {};
}

Result<std::vector<Action>> DeviceUpdate::plan(const Decision& decision, const Problem& problem,
                                               const Threat& threat) {
  BARTIZAN_TRY(load_actions());
  std::vector<Action> out;
  for (Action& action : respond::plan_actions(decision, problem, device_, threat, by_->channels,
                                              by_->now, by_->random)) {
    // What an earlier version of the policy asked for already is not asked for twice.
    const bool asked = std::any_of(actions_->begin(), actions_->end(), [&](const Action& earlier) {
      return earlier.kind == action.kind && stands(earlier, problem);
    });
    if (asked) continue;
    BARTIZAN_TRY(rows_->put_action(action));
    new_actions_ |= action.carrier == Carrier::kAgent && action.state == ActionState::kQueued;
    actions_->push_back(action);
    out.push_back(std::move(action));
  }
  return out;
}

Status DeviceUpdate::cancel_actions(const Problem& problem) {
  BARTIZAN_TRY(load_actions());
  for (Action& action : *actions_) {
    const bool waiting = action.state == ActionState::kQueued || action.state == ActionState::kSent;
    if (action.problem_id != problem.id || !waiting) continue;
    action.state = ActionState::kCancelled;
    action.detail = problem.resolved_by;
    action.updated_at = by_->now;
    BARTIZAN_TRY(rows_->put_action(action));
  }
  return {};
}

Result<bool> DeviceUpdate::finish() {
  BARTIZAN_TRY(follow_silence());
  // New ones are at the end; what decided a resolved one may have changed without a transition.
  for (std::size_t i = 0; i < problems_.size(); ++i) {
    if (i < problems_before_.size() && problems_[i] == problems_before_[i]) continue;
    BARTIZAN_TRY(rows_->put_problem(problems_[i]));
    if (i == problems_before_.size()) problems_before_.emplace_back();
    problems_before_[i] = problems_[i];
  }
  for (auto& [id, known] : alerts_) {
    if (std::exchange(known.changed, false)) BARTIZAN_TRY(rows_->put_alert(*known.alert));
  }
  device_.risk = problem::risk_of(problems_);
  const problem::Protection protection = problem::protection_of(device_, by_->now);
  device_.protection = protection.state;
  device_.protection_reason = protection.reason;
  if (!(device_ == before_)) {
    BARTIZAN_TRY(rows_->put_device(device_));
    before_ = device_;
  }
  rows_ = nullptr;  // the transaction's, like what it was judged with
  by_ = nullptr;
  return new_actions_;
}

}  // namespace bartizan::server
