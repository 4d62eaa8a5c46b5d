#include "problem/fold.h"

#include <algorithm>

#include "base/id.h"

namespace bartizan::problem {
namespace {

std::string problem_id(const std::string& device_id, const std::string& threat,
                       const Subject& subject) {
  return uuid_of(canonical_json(json::array{device_id, threat, subject.kind, subject.key}));
}

bool same_subject(const Subject& a, const Subject& b) { return a.kind == b.kind && a.key == b.key; }

// When a problem of the threat ends if it is not seen again.
std::optional<Timestamp> expiry(std::string_view threat, std::span<const Threat> catalogue,
                                Timestamp now) {
  std::optional<Timestamp> out;
  for (const Threat& entry : catalogue) {
    if (entry.id != threat) continue;
    for (const Resolution& resolution : entry.resolves) {
      if (resolution.after && (!out || now + *resolution.after < *out))
        out = now + *resolution.after;
    }
  }
  return out;
}

void resolve(Problem& problem, std::string reason, Timestamp now) {
  problem.state = ProblemState::kResolved;
  problem.resolved_at = now;
  problem.resolved_by = std::move(reason);
  problem.expires_at.reset();
}

bool is_about(const Clearance& clearance, const Problem& problem) {
  if (problem.threat != clearance.threat) return false;
  return clearance.subject.key.empty() || same_subject(clearance.subject, problem.subject);
}

void apply_clearances(std::vector<Problem>& problems, std::span<const Finding> findings,
                      std::span<const Clearance> clearances, std::int64_t sequence, Timestamp now,
                      std::vector<Transition>& transitions) {
  for (const Clearance& clearance : clearances) {
    for (Problem& problem : problems) {
      if (!is_about(clearance, problem) || sequence < problem.decided_by_sequence) continue;
      const bool found_again =
          std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) {
            return finding.threat == problem.threat &&
                   same_subject(finding.subject, problem.subject);
          });
      if (found_again) continue;
      problem.decided_by_sequence = sequence;
      if (problem.state != ProblemState::kOpen) continue;
      resolve(problem, clearance.reason, now);
      transitions.push_back({.problem = problem, .change = ProblemChange::kResolved});
    }
  }
}

Problem opened_by(const Finding& finding, std::string id, Timestamp now) {
  return {.id = std::move(id),
          .device_id = finding.device_id,
          .threat = finding.threat,
          .subject = finding.subject,
          .opened_at = now,
          .first_seen = now};
}

// The problem as the finding leaves it: the latest verdict counts, worse or better.
void take_over(Problem& problem, const Finding& finding, std::span<const Threat> catalogue,
               Timestamp now) {
  problem.severity = finding.severity;
  problem.confidence = finding.confidence;
  if (!finding.subject.label.empty()) problem.subject.label = finding.subject.label;
  problem.last_seen = now;
  problem.last_finding_id = finding.id;
  problem.expires_at = expiry(finding.threat, catalogue, now);
  ++problem.count;
}

void apply_finding(std::vector<Problem>& problems, const Finding& finding, std::int64_t sequence,
                   std::span<const Threat> catalogue, Timestamp now,
                   std::vector<Transition>& transitions) {
  std::string id = problem_id(finding.device_id, finding.threat, finding.subject);
  auto problem = std::find_if(problems.begin(), problems.end(),
                              [&](const Problem& known) { return known.id == id; });
  ProblemChange change = ProblemChange::kSeenAgain;
  if (problem == problems.end()) {
    problem = problems.insert(problems.end(), opened_by(finding, std::move(id), now));
    change = ProblemChange::kOpened;
  } else if (problem->last_finding_id == finding.id || sequence < problem->decided_by_sequence) {
    return;  // the same observation folded twice, or one that came late
  } else if (problem->state == ProblemState::kResolved) {
    problem->state = ProblemState::kOpen;
    problem->opened_at = now;
    problem->resolved_at.reset();
    problem->resolved_by.clear();
    ++problem->reopened;
    change = ProblemChange::kReopened;
  }
  problem->decided_by_sequence = sequence;
  take_over(*problem, finding, catalogue, now);
  transitions.push_back({.problem = *problem, .change = change});
}

}  // namespace

std::vector<Transition> fold(std::vector<Problem>& problems, std::span<const Finding> findings,
                             std::span<const Clearance> clearances, std::int64_t sequence,
                             std::span<const Threat> catalogue, Timestamp now) {
  std::vector<Transition> transitions;
  apply_clearances(problems, findings, clearances, sequence, now, transitions);
  for (const Finding& finding : findings)
    apply_finding(problems, finding, sequence, catalogue, now, transitions);
  return transitions;
}

std::vector<Transition> expire(std::vector<Problem>& problems, Timestamp now) {
  std::vector<Transition> transitions;
  for (Problem& problem : problems) {
    if (problem.state != ProblemState::kOpen) continue;
    if (!problem.expires_at || *problem.expires_at > now) continue;
    resolve(problem, "Not seen since " + to_rfc3339(problem.last_seen), now);
    transitions.push_back({.problem = problem, .change = ProblemChange::kResolved});
  }
  return transitions;
}

Risk risk_of(std::span<const Problem> problems) {
  Risk worst = Risk::kSecured;
  for (const Problem& problem : problems) {
    if (problem.state != ProblemState::kOpen) continue;
    switch (problem.severity) {
      case Severity::kCritical:
      case Severity::kHigh:
        return Risk::kHigh;
      case Severity::kMedium:
        worst = Risk::kMedium;
        break;
      case Severity::kLow:
        worst = std::max(worst, Risk::kLow);
        break;
      case Severity::kInformational:
        break;
    }
  }
  return worst;
}

Protection protection_of(const Device& device, Timestamp now) {
  if (device.state != DeviceState::kEnrolled)
    return {ProtectionState::kInactive,
            "The phone is no longer enrolled: " + std::string(to_string(device.state))};
  if (!device.last_seen) return {ProtectionState::kPending, "The phone has not reported yet"};
  if (device.tampered)
    return {ProtectionState::kTampered, "The agent's own integrity check failed"};
  const Duration silence = now - *device.last_seen;
  if (silence > kSilentAfter) {
    const auto days = std::chrono::duration_cast<std::chrono::days>(silence).count();
    return {ProtectionState::kInactive,
            "The phone has been silent for " + std::to_string(days) + " days"};
  }
  if (device.degraded.empty()) return {ProtectionState::kActive, ""};
  std::string missing;
  for (const std::string& part : device.degraded) missing += (missing.empty() ? "" : ", ") + part;
  return {ProtectionState::kDegraded, "The agent cannot watch everything: " + missing};
}

}  // namespace bartizan::problem
