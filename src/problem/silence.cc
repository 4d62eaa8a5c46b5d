#include "problem/silence.h"

#include <algorithm>

#include "base/id.h"
#include "problem/fold.h"

namespace bartizan::problem {
namespace {

Finding finding_of(const Device& device, const Threat& threat, const JudgedWith& judged_with) {
  const std::string last_seen = to_rfc3339(*device.last_seen);
  return {.id = uuid_of(canonical_json(json::array{device.id, threat.id, last_seen})),
          .observation_id = {},  // there is none: that is the point
          .device_id = device.id,
          .threat = threat.id,
          .subject = {.kind = threat.subject, .key = {}, .label = {}},
          .severity = threat.severity,
          .confidence = 100,
          .rule = threat.id,
          .rule_version = "1",
          .summary = "The phone has not been heard of since " + last_seen,
          .evidence = {{.fact = "last_seen",
                        .value = last_seen,
                        .why = "What happened on the phone since then is not known.",
                        .weight = 0}},
          .techniques = threat.techniques,
          .would_change = "Any report of the phone.",
          .judged_with = judged_with};
}

}  // namespace

Silence silence_of(const Device& device, std::span<const Problem> problems, const Threat& threat,
                   const JudgedWith& judged_with) {
  Silence out;
  if (device.state != DeviceState::kEnrolled || !device.last_seen) return out;
  if (judged_with.evaluated_at - *device.last_seen > kSilentAfter) {
    out.findings.push_back(finding_of(device, threat, judged_with));
    return out;
  }
  const bool open = std::any_of(problems.begin(), problems.end(), [&](const Problem& problem) {
    return problem.threat == threat.id && problem.state == ProblemState::kOpen;
  });
  if (open)
    out.clearances.push_back({.observation_id = {},
                              .threat = threat.id,
                              .subject = {.kind = threat.subject, .key = {}, .label = {}},
                              .reason = "The phone is heard of again"});
  return out;
}

}  // namespace bartizan::problem
