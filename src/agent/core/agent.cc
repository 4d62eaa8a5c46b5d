#include "agent/core/agent.h"

#include <algorithm>
#include <thread>

#include "agent/core/backoff.h"
#include "base/id.h"
#include "base/log.h"
#include "model/observation_schema.h"

namespace bartizan::agent {
namespace {

constexpr std::size_t kBatchCount = 200;
constexpr std::size_t kBatchBytes = 512 << 10;  // the server takes 1 MB
constexpr Duration kFirstRetry = std::chrono::seconds(1);
constexpr Duration kLongestRetry = std::chrono::minutes(5);
constexpr Duration kHousekeeping = std::chrono::hours(1);
constexpr std::size_t kMaxPlanned = 100;

// A request the server will never take, however often it is sent.
bool is_refusal(const Error& error) {
  return error.code == ErrorCode::kInvalid || error.code == ErrorCode::kLimit;
}

}  // namespace

Result<std::unique_ptr<Agent>> Agent::open(std::filesystem::path folder, AgentParts parts) {
  BARTIZAN_ASSIGN(Identity identity, load_identity(folder));
  BARTIZAN_ASSIGN(Queue queue, Queue::open(folder / "queue", parts.queue_limits));
  BARTIZAN_ASSIGN(PhoneState state, PhoneState::open(folder, identity.device));
  BARTIZAN_ASSIGN(DoneActions done, DoneActions::open(folder / "done-actions.json"));
  return std::unique_ptr<Agent>(new Agent(std::move(folder), std::move(parts), std::move(identity),
                                          std::move(queue), std::move(state), std::move(done)));
}

Agent::Agent(std::filesystem::path folder, AgentParts parts, Identity identity, Queue queue,
             PhoneState state, DoneActions done)
    : folder_(std::move(folder)),
      parts_(std::move(parts)),
      identity_(std::move(identity)),
      references_(identity_.reference_key),
      queue_(std::move(queue)),
      state_(std::move(state)),
      done_(std::move(done)),
      batch_size_(kBatchCount),
      sending_(std::make_unique<DeviceApi>(identity_)),
      polling_(std::make_unique<DeviceApi>(identity_)) {}

Agent::~Agent() = default;

// A whole, checked observation with the next number.
Result<Observation> Agent::record(const std::string& kind, json::object body, Timestamp now) {
  if (kind == "agent.health") {
    body.insert_or_assign("agent_version", detect::kEngineVersion);
    body.insert_or_assign("queue_length", static_cast<std::int64_t>(queue_.length()));
    body.insert_or_assign("dropped", queue_.dropped());
    if (clock_skew_) {
      body.insert_or_assign("clock_skew_seconds",
                            std::chrono::round<std::chrono::seconds>(*clock_skew_).count());
    }
  }
  Observation seen{.id = new_uuid(now, parts_.random),
                   .device_id = identity_.device.id,
                   .sequence = queue_.next_sequence(),
                   .kind = kind,
                   .observed_at = now,
                   .body = std::move(body)};
  if (const KindSpec* spec = find_kind(std::nullopt, kind)) {
    seen.schema_major = spec->major;
    seen.schema_minor = spec->minor;
  }
  BARTIZAN_ASSIGN(CheckedObservation checked, check_observation(std::move(seen), std::nullopt));
  return std::move(checked.observation);
}

Result<std::vector<Finding>> Agent::observe(const std::string& kind, json::object body) {
  const Timestamp now = parts_.clock.now();
  const PrivacyTier tier = identity_.device.tier;
  std::vector<Finding> named;
  {
    const std::lock_guard lock(mutex_);
    BARTIZAN_ASSIGN(const Observation seen, record(kind, std::move(body), now));
    const bool carried = tier_carries(tier, kind);
    Observation wire;
    if (carried) {
      BARTIZAN_ASSIGN(wire, wire_observation(seen, tier, references_));
    }
    const detect::Verdict verdict = judge(seen, carried ? &wire : nullptr, now, named);
    BARTIZAN_ASSIGN(
        const std::vector<Transition> transitions,
        state_.fold(verdict.findings, verdict.clearances, parts_.content->threats(), now));
    plan_actions(transitions, named, now);
    if (carried) {
      BARTIZAN_TRY(enqueue(kind, std::move(wire.body), std::move(wire.id), now));
    } else {
      for (auto& [report_kind, report] : reports_of(named, transitions)) {
        BARTIZAN_TRY(enqueue(report_kind, std::move(report), new_uuid(now, parts_.random), now));
      }
    }
  }
  changed_.notify_all();
  if (offline_) act_alone();
  for (const Finding& finding : named) {
    parts_.tell("found", {{"threat", finding.threat},
                          {"severity", to_string(finding.severity)},
                          {"summary", finding.summary}});
  }
  return named;
}

// What travels is judged as the server will judge it, so that both speak of the same problem. What
// stays here is judged whole, and its subjects are kept by their references alone. `named` gets all
// findings under their own names.
detect::Verdict Agent::judge(const Observation& seen, const Observation* wire, Timestamp now,
                             std::vector<Finding>& named) const {
  const detect::Context context{*parts_.content, now, identity_.device.platform};
  detect::Verdict verdict = parts_.judge(wire != nullptr ? *wire : seen, context);
  named = verdict.findings;
  if (wire == nullptr) {
    for (Finding& finding : verdict.findings) finding.subject = references_.hide(finding.subject);
    for (Clearance& clearance : verdict.clearances)
      clearance.subject = references_.hide(clearance.subject);
  } else if (identity_.device.tier == PrivacyTier::kCorporate && wire->body != seen.body) {
    // A message's text: what only it gives away stays between the phone and its owner.
    for (Finding& finding : parts_.judge(seen, context).findings) {
      const bool known = std::any_of(named.begin(), named.end(), [&](const Finding& other) {
        return other.threat == finding.threat && other.subject == finding.subject;
      });
      if (known) continue;
      named.push_back(finding);
      finding.subject = references_.hide(finding.subject);
      verdict.findings.push_back(std::move(finding));
    }
  }
  return verdict;
}

std::vector<std::pair<std::string, json::object>> Agent::reports_of(
    std::span<const Finding> findings, std::span<const Transition> transitions) const {
  std::vector<std::pair<std::string, json::object>> out;
  for (const Finding& finding : findings) {
    out.emplace_back("threat.found", found_report(finding, identity_.device.tier, references_));
  }
  for (const Transition& transition : transitions) {
    if (transition.change == ProblemChange::kResolved) {
      out.emplace_back("threat.cleared", cleared_report(transition.problem));
    }
  }
  return out;
}

// The last gate: whatever is queued fits the tier's schema, or is not queued at all.
Status Agent::enqueue(const std::string& kind, json::object body, std::string id,
                      Timestamp seen_at) {
  const KindSpec* spec = find_kind(identity_.device.tier, kind);
  if (spec == nullptr) return Error{ErrorCode::kUnsupported, kind + " is not for this tier"};
  Observation observation{.id = std::move(id),
                          .device_id = identity_.device.id,
                          .sequence = queue_.next_sequence(),
                          .kind = kind,
                          .schema_major = spec->major,
                          .schema_minor = spec->minor,
                          .observed_at = seen_at,
                          .body = std::move(body)};
  BARTIZAN_ASSIGN(CheckedObservation checked,
                  check_observation(std::move(observation), identity_.device.tier));
  return queue_.append(checked.observation);
}

// `named` has the findings under their own names: what a domain is called stays on the phone, but
// to block it the phone must know.
void Agent::plan_actions(std::span<const Transition> transitions, std::span<const Finding> named,
                         Timestamp now) {
  for (const Transition& transition : transitions) {
    if (transition.change != ProblemChange::kOpened &&
        transition.change != ProblemChange::kReopened) {
      continue;
    }
    Problem problem = transition.problem;
    done_.forget_policy_actions(problem.id);
    const auto decision = state_.decide(problem, now);
    const Threat* threat = parts_.content->find_threat(problem.threat);
    if (!decision || threat == nullptr) continue;
    for (const Finding& finding : named) {
      if (finding.threat != problem.threat) continue;
      if (references_.hide(finding.subject).key == problem.subject.key) {
        problem.subject = finding.subject;
      }
    }
    for (Action& action : offline_actions(*decision, problem, identity_.device, *threat, now)) {
      if (planned_.size() < kMaxPlanned) planned_.push_back(std::move(action));
    }
  }
}

// Does at once what the cached policy decided. The port is taken first: an action of the server
// that comes meanwhile must find what was done here.
void Agent::act_alone() {
  const std::lock_guard port(port_mutex_);
  std::vector<Action> planned;
  {
    const std::lock_guard lock(mutex_);
    planned.swap(planned_);
  }
  for (const Action& action : planned) {
    const ActionOutcome outcome = parts_.actions.carry_out(action);
    keep(action, outcome, true);
    if (action.kind == ActionKind::kNotifyUser) {
      parts_.tell("notice", {{"title", action.title}, {"offline", true}});
    } else {
      parts_.tell("action", {{"kind", to_string(action.kind)},
                             {"title", action.title},
                             {"state", to_string(outcome.state)},
                             {"detail", outcome.detail},
                             {"offline", true}});
    }
  }
}

void Agent::keep(const Action& action, const ActionOutcome& outcome, bool by_policy) {
  const std::lock_guard lock(mutex_);
  if (const Status kept = done_.add(action, outcome, by_policy); !kept.ok()) {
    log::error("cannot remember an action that was done", {{"reason", kept.error().message}});
  }
}

Status Agent::sync() {
  for (;;) {
    std::vector<Observation> batch;
    {
      const std::lock_guard lock(mutex_);
      BARTIZAN_ASSIGN(batch, queue_.peek(batch_size_, kBatchBytes));
    }
    if (batch.empty()) return {};
    const auto results = sending_->send(batch);
    compare_clocks();
    if (results.ok()) {
      offline_ = false;
      BARTIZAN_TRY(settle(batch, *results));
    } else if (!is_refusal(results.error())) {
      offline_ = true;
      act_alone();
      return results.error();
    } else if (batch.size() > 1) {
      // One of them spoils the batch; halving finds it.
      batch_size_ = batch.size() / 2;
    } else {
      log::error("dropped an observation the server will not take",
                 {{"id", batch.front().id}, {"reason", results.error().message}});
      const std::lock_guard lock(mutex_);
      BARTIZAN_TRY(queue_.acknowledge(batch.front().sequence));
      batch_size_ = kBatchCount;
    }
  }
}

void Agent::compare_clocks() {
  const std::optional<Timestamp> servers = sending_->server_time();
  if (!servers) return;
  const std::lock_guard lock(mutex_);
  clock_skew_ = parts_.clock.now() - *servers;
}

// Takes the answered observations off the queue, up to the first without an answer.
Status Agent::settle(const std::vector<Observation>& batch,
                     const std::vector<ItemResult>& results) {
  std::int64_t settled = 0;
  std::int64_t rejected = 0;
  for (const Observation& observation : batch) {
    const auto result = std::find_if(results.begin(), results.end(), [&](const ItemResult& item) {
      return item.id == observation.id;
    });
    if (result == results.end()) break;
    if (result->status == "rejected") {
      ++rejected;
      log::warn("the server rejected an observation",
                {{"id", observation.id}, {"kind", observation.kind}, {"reason", result->error}});
    } else if (result->status != "stored" && result->status != "duplicate") {
      break;
    }
    settled = observation.sequence;
  }
  if (settled == 0) {
    return Error{ErrorCode::kUnavailable, "the server's answer lacks results for the batch"};
  }
  const std::lock_guard lock(mutex_);
  BARTIZAN_TRY(queue_.acknowledge(settled));
  ++acknowledged_;
  changed_.notify_all();
  batch_size_ = std::min(kBatchCount, batch_size_ * 2);
  planned_.clear();  // the server knows, and decides
  parts_.tell("sent", {{"count", settled - batch.front().sequence + 1}, {"rejected", rejected}});
  return {};
}

Result<std::size_t> Agent::take_actions(std::chrono::seconds wait) {
  const std::int64_t acknowledged = acknowledged_;
  BARTIZAN_ASSIGN(const std::vector<Action> actions, polling_->actions(wait));
  for (const Action& action : actions) {
    const ActionOutcome outcome = carry_out_once(action);
    BARTIZAN_TRY(polling_->post_result(action.id, outcome.state, outcome.detail));
    parts_.tell("action", {{"kind", to_string(action.kind)},
                           {"title", action.title},
                           {"state", to_string(outcome.state)},
                           {"detail", outcome.detail}});
  }
  answered_for_ = acknowledged;
  return actions.size();
}

// An action comes again until its result has arrived; it is done once.
ActionOutcome Agent::carry_out_once(const Action& action) {
  const std::lock_guard port(port_mutex_);
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = done_.outcome_of(action)) return *known;
  }
  const ActionOutcome outcome = parts_.actions.carry_out(action);
  keep(action, outcome, false);
  return outcome;
}

Status Agent::refresh_policies() {
  BARTIZAN_ASSIGN(auto documents, sending_->policies());
  if (!documents) return {};
  const std::lock_guard lock(mutex_);
  return state_.set_policies(std::move(*documents));
}

Status Agent::renew_certificate_if_due() {
  BARTIZAN_ASSIGN(const Validity validity, certificate_validity(identity_.certificate_pem));
  if (!renewal_is_due(validity, parts_.clock.now())) return {};
  BARTIZAN_ASSIGN(const std::string request, make_certificate_request(identity_.private_key_pem));
  BARTIZAN_ASSIGN(std::string certificate, sending_->renew_certificate(request));
  if (!certificate_validity(certificate).ok()) {
    return Error{ErrorCode::kUnavailable, "the new certificate is unreadable"};
  }
  // On disk before it is used: from its first use the server refuses the old one.
  Identity renewed = identity_;
  renewed.certificate_pem = std::move(certificate);
  BARTIZAN_TRY(save_identity(folder_, renewed));
  {
    // The polling thread reads the identity when it makes its connection anew.
    const std::lock_guard port(port_mutex_);
    identity_ = std::move(renewed);
    renewed_ = true;
    sending_ = std::make_unique<DeviceApi>(identity_);
  }
  parts_.tell("certificate_renewed", {});
  return {};
}

std::size_t Agent::waiting() const {
  const std::lock_guard lock(mutex_);
  return queue_.length();
}

bool Agent::caught_up() const { return waiting() == 0 && answered_for_ == acknowledged_; }

void Agent::pause(std::stop_token stop, Duration time) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, stop, time, [] { return false; });
}

void Agent::run_sync(std::stop_token stop) {
  Backoff backoff(kFirstRetry, kLongestRetry, parts_.random);
  Timestamp next_housekeeping{};
  while (!stop.stop_requested()) {
    Status status;
    if (parts_.clock.now() >= next_housekeeping) {
      status = renew_certificate_if_due();
      if (status.ok()) status = refresh_policies();
      if (status.ok()) next_housekeeping = parts_.clock.now() + kHousekeeping;
    }
    if (const Status sent = sync(); !sent.ok()) status = sent;
    if (!status.ok()) {
      const Duration wait = backoff.next();
      log::warn("cannot sync",
                {{"reason", status.error().message}, {"retry_ms", std::to_string(wait.count())}});
      pause(stop, wait);
      continue;
    }
    backoff.reset();
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stop, kHousekeeping, [&] { return queue_.length() != 0; });
  }
}

void Agent::run_actions(std::stop_token stop, std::chrono::seconds poll) {
  Backoff backoff(kFirstRetry, kLongestRetry, parts_.random);
  while (!stop.stop_requested()) {
    {
      const std::lock_guard port(port_mutex_);
      if (std::exchange(renewed_, false)) polling_ = std::make_unique<DeviceApi>(identity_);
    }
    if (take_actions(poll).ok()) {
      backoff.reset();
      continue;
    }
    // A batch that arrives meanwhile shows that the server is back.
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stop, backoff.next(),
                      [&, before = acknowledged_.load()] { return acknowledged_ != before; });
  }
}

void Agent::run(std::stop_token stop, std::chrono::seconds poll) {
  const std::stop_callback cancel(stop, [this] {
    const std::lock_guard port(port_mutex_);
    sending_->cancel();
    polling_->cancel();
  });
  std::jthread actions([&] { run_actions(stop, poll); });
  run_sync(stop);
}

}  // namespace bartizan::agent
