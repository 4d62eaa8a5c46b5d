// Decision = evaluate(problems, device, policy). Pure.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/device.h"
#include "model/policy.h"
#include "model/problem.h"
#include "model/response.h"

namespace bartizan::policy {

struct RuleSummary {
  std::string name;
  std::string description;
  PolicyMode mode;
  std::vector<ActionKind> actions;
  std::string condition;  // as written
};

// A compiled policy document. Rules are tried in order; the first that matches a problem decides
// for it.
class Policy {
 public:
  // The error names line and field: "corporate.yaml:12: unknown action 'explode'".
  static Result<Policy> compile(const PolicyDocument& document);

  Policy(Policy&&) noexcept;
  Policy& operator=(Policy&&) noexcept;
  ~Policy();

  const std::string& id() const;
  int version() const;
  const std::string& description() const;
  const std::vector<std::string>& groups() const;  // device groups it is for; "*" is the rest
  std::vector<RuleSummary> rules() const;

  // The decision for one open problem, or nothing when no rule matches. Decision::id is
  // uuid_of(policy, version, rule, problem, opening), so that the same decision is made once.
  std::optional<Decision> decide(const Problem& problem, const Device& device, Timestamp now) const;

 private:
  struct Compiled;
  explicit Policy(std::unique_ptr<const Compiled> compiled);
  std::unique_ptr<const Compiled> compiled_;
};

// The document with the mode of one rule changed and everything else, comments included, as it was.
Result<std::string> with_mode(std::string_view source, std::string_view rule, PolicyMode mode);

// The policy for a device's group: the one naming the group, else the one naming "*".
const Policy* policy_for(std::span<const Policy> policies, const Device& device);

}  // namespace bartizan::policy
