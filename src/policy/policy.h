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

// What is known and accepted: problems that match are shown and counted, and nothing is done. Ends
// by itself, so that nobody forgets it.
struct SuppressionSummary {
  std::string name;
  std::string reason;
  std::string condition;
  Timestamp until;
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
  // Whether the document's `phones` condition, a group by properties, is true of the device.
  bool selects(const Device& device) const;
  std::vector<RuleSummary> rules() const;
  std::vector<SuppressionSummary> suppressions() const;

  // The decision for one open problem, or nothing when no rule matches. A suppressed problem gets a
  // decision without actions that says so, in mode audit. Decision::id is
  // uuid_of(policy, version, rule, problem, opening), so that the same decision is made once.
  std::optional<Decision> decide(const Problem& problem, const Device& device, Timestamp now) const;

 private:
  struct Compiled;
  explicit Policy(std::unique_ptr<const Compiled> compiled);
  std::unique_ptr<const Compiled> compiled_;
};

// The document with the mode of one rule changed and everything else, comments included, as it was.
Result<std::string> with_mode(std::string_view source, std::string_view rule, PolicyMode mode);

// The policy for a device: the first naming its group, else the first whose `phones` condition is
// true of it, else the first naming "*".
const Policy* policy_for(std::span<const Policy> policies, const Device& device);

}  // namespace bartizan::policy
