// What the phone knows by itself: its open problems and the policies last fetched, so that it can
// act while the server is out of reach. Kept on disk without naming any subject a tier may not
// name.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/device.h"
#include "model/policy.h"
#include "model/problem.h"
#include "model/response.h"
#include "model/threat.h"
#include "policy/policy.h"

namespace bartizan::agent {

class PhoneState {
 public:
  // Reads problems.json and policies.json in `folder`, if they are there.
  static Result<PhoneState> open(std::filesystem::path folder, Device device);

  // Folds one verdict and returns what changed.
  Result<std::vector<Transition>> fold(std::span<const Finding> findings,
                                       std::span<const Clearance> clearances,
                                       std::span<const Threat> catalogue, Timestamp now);
  const std::vector<Problem>& problems() const { return problems_; }

  // The first policy that does not compile refuses them all and the ones before stay.
  Status set_policies(std::vector<PolicyDocument> documents);
  // What the cached policy decides about a problem; nothing without a policy or a matching rule.
  std::optional<Decision> decide(const Problem& problem, Timestamp now) const;

 private:
  PhoneState(std::filesystem::path folder, Device device);
  Status compile(const std::vector<PolicyDocument>& documents);

  std::filesystem::path folder_;
  Device device_;
  std::vector<Problem> problems_;
  std::vector<policy::Policy> policies_;
};

// What the phone does by itself at once, when the server cannot be reached: of what the decision
// asks for, what an agent can carry out (all of it in mode enforce, the notice alone in mode warn).
std::vector<Action> offline_actions(const Decision& decision, const Problem& problem,
                                    const Device& device, const Threat& threat, Timestamp now);

}  // namespace bartizan::agent
