#include "policy/policy.h"

#include <algorithm>
#include <set>

#include "base/id.h"
#include "policy/policy_facts.h"
#include "rules/condition.h"
#include "rules/yaml.h"

namespace bartizan::policy {
namespace {

using rules::YamlMap;
using rules::YamlNode;

constexpr std::size_t kMaxRules = 200;

struct Rule {
  RuleSummary summary;
  rules::Condition condition;
};

struct Suppression {
  SuppressionSummary summary;
  rules::Condition condition;
};

// A condition as people read it in a listing: one line of JSON-like YAML.
std::string condition_text(const YamlNode& when) { return canonical_json(rules::to_json(when)); }

Result<std::vector<ActionKind>> read_actions(YamlMap& map) {
  BARTIZAN_ASSIGN(const YamlNode* const list, map.node("actions"));
  std::vector<ActionKind> out;
  for (const YamlNode& item : list->items) {
    const auto kind = parse_enum<ActionKind>(item.text);
    if (!kind) return rules::error_at(map.file(), item, "unknown action '" + item.text + "'");
    if (std::find(out.begin(), out.end(), *kind) != out.end())
      return rules::error_at(map.file(), item, "action '" + item.text + "' is listed twice");
    out.push_back(*kind);
  }
  if (!list->is_sequence())
    return rules::error_at(map.file(), *list, "'actions' must be a list of actions");
  return out;  // empty: the rule decides that nothing is to be done
}

Result<Rule> read_rule(const YamlNode& node, const std::string& file) {
  YamlMap map(node, file);
  RuleSummary summary;
  BARTIZAN_ASSIGN(summary.name, map.text("name"));
  BARTIZAN_ASSIGN(summary.description, map.text("description"));
  BARTIZAN_ASSIGN(summary.mode, map.enumerator<PolicyMode>("mode"));
  BARTIZAN_ASSIGN(summary.actions, read_actions(map));
  BARTIZAN_ASSIGN(const YamlNode* const when, map.node("when"));
  BARTIZAN_ASSIGN(auto condition, rules::Condition::compile(*when, fact_schema(), file));
  summary.condition = condition_text(*when);
  BARTIZAN_TRY(map.finish());
  return Rule{.summary = std::move(summary), .condition = std::move(condition)};
}

Result<Suppression> read_suppression(const YamlNode& node, const std::string& file) {
  YamlMap map(node, file);
  SuppressionSummary summary;
  BARTIZAN_ASSIGN(summary.name, map.text("name"));
  BARTIZAN_ASSIGN(summary.reason, map.text("reason"));
  BARTIZAN_ASSIGN(const std::string until, map.text("until"));
  const auto date = parse_date(until);
  if (!date) return map.error("'until' must be a date: 2026-12-31");
  summary.until = *date;
  BARTIZAN_ASSIGN(const YamlNode* const when, map.node("when"));
  BARTIZAN_ASSIGN(auto condition, rules::Condition::compile(*when, fact_schema(), file));
  summary.condition = condition_text(*when);
  BARTIZAN_TRY(map.finish());
  return Suppression{.summary = std::move(summary), .condition = std::move(condition)};
}

std::string file_name(const std::string& id) { return id + ".yaml"; }

}  // namespace

struct Policy::Compiled {
  std::string id;
  int version = 1;
  std::string description;
  std::vector<std::string> groups;
  std::optional<rules::Condition> phones;
  std::vector<Suppression> suppressions;
  std::vector<Rule> rules;

  Decision decision(const std::string& rule, const Problem& problem, Timestamp now) const;
};

Decision Policy::Compiled::decision(const std::string& rule, const Problem& problem,
                                    Timestamp now) const {
  const json::array identity = {id, version, rule, problem.id, to_millis(problem.opened_at)};
  return {.id = uuid_of(canonical_json(identity)),
          .device_id = problem.device_id,
          .problem_id = problem.id,
          .policy = id,
          .policy_version = version,
          .rule = rule,
          .decided_at = now};
}

Policy::Policy(std::unique_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}
Policy::Policy(Policy&&) noexcept = default;
Policy& Policy::operator=(Policy&&) noexcept = default;
Policy::~Policy() = default;

Result<Policy> Policy::compile(const PolicyDocument& document) {
  const std::string file = file_name(document.id);
  BARTIZAN_ASSIGN(const YamlNode root, rules::parse_yaml(document.source, file));
  YamlMap map(root, file);
  auto out = std::make_unique<Compiled>();
  out->version = document.version;
  BARTIZAN_ASSIGN(out->id, map.text("id"));
  if (out->id != document.id) return map.error("the id must be '" + document.id + "'");
  BARTIZAN_ASSIGN(out->description, map.text("description"));
  BARTIZAN_ASSIGN(out->groups, map.texts_or_none("groups"));
  if (out->groups.empty() && !map.has("phones"))
    return map.error("a policy needs 'groups' or 'phones' to say whom it is for");
  if (map.has("phones")) {
    BARTIZAN_ASSIGN(const YamlNode* const phones, map.node("phones"));
    BARTIZAN_ASSIGN(out->phones, rules::Condition::compile(*phones, device_fact_schema(), file));
  }
  if (map.has("suppress")) {
    BARTIZAN_ASSIGN(const YamlNode* const list, map.node("suppress"));
    for (const YamlNode& item : list->items) {
      BARTIZAN_ASSIGN(Suppression suppression, read_suppression(item, file));
      out->suppressions.push_back(std::move(suppression));
    }
  }
  BARTIZAN_ASSIGN(const YamlNode* const list, map.node("rules"));
  std::set<std::string> names;
  for (const YamlNode& item : list->items) {
    BARTIZAN_ASSIGN(Rule rule, read_rule(item, file));
    if (!names.insert(rule.summary.name).second)
      return rules::error_at(file, item, "rule '" + rule.summary.name + "' is there twice");
    out->rules.push_back(std::move(rule));
  }
  if (out->rules.empty()) return rules::error_at(file, *list, "'rules' must be a list of rules");
  if (out->rules.size() > kMaxRules) return rules::error_at(file, *list, "too many rules");
  BARTIZAN_TRY(map.finish());
  return Policy(std::move(out));
}

const std::string& Policy::id() const { return compiled_->id; }
int Policy::version() const { return compiled_->version; }
const std::string& Policy::description() const { return compiled_->description; }
const std::vector<std::string>& Policy::groups() const { return compiled_->groups; }

std::vector<RuleSummary> Policy::rules() const {
  std::vector<RuleSummary> out;
  for (const Rule& rule : compiled_->rules) out.push_back(rule.summary);
  return out;
}

std::vector<SuppressionSummary> Policy::suppressions() const {
  std::vector<SuppressionSummary> out;
  for (const Suppression& suppression : compiled_->suppressions) out.push_back(suppression.summary);
  return out;
}

bool Policy::selects(const Device& device) const {
  return compiled_->phones && compiled_->phones->evaluate(facts_of(device)) == rules::Truth::kTrue;
}

std::optional<Decision> Policy::decide(const Problem& problem, const Device& device,
                                       Timestamp now) const {
  if (problem.state != ProblemState::kOpen) return std::nullopt;
  const json::object facts = facts_of(problem, device, now);
  for (const Suppression& suppression : compiled_->suppressions) {
    const SuppressionSummary& summary = suppression.summary;
    if (now >= summary.until) continue;
    rules::Explanation explanation = suppression.condition.explain(facts);
    if (explanation.truth != rules::Truth::kTrue) continue;
    Decision out = compiled_->decision("suppressed: " + summary.name, problem, now);
    out.reasons = std::move(explanation.reasons);
    out.reasons.push_back("suppressed until " + to_rfc3339(summary.until) + ": " + summary.reason);
    return out;
  }
  for (const Rule& rule : compiled_->rules) {
    rules::Explanation explanation = rule.condition.explain(facts);
    if (explanation.truth != rules::Truth::kTrue) continue;
    Decision out = compiled_->decision(rule.summary.name, problem, now);
    out.mode = rule.summary.mode;
    out.actions = rule.summary.actions;
    out.reasons = std::move(explanation.reasons);
    return out;
  }
  return std::nullopt;
}

const Policy* policy_for(std::span<const Policy> policies, const Device& device) {
  const std::string group = group_of(device);
  const auto naming = [&](std::string_view name) -> const Policy* {
    for (const Policy& policy : policies) {
      const auto& groups = policy.groups();
      if (std::find(groups.begin(), groups.end(), name) != groups.end()) return &policy;
    }
    return nullptr;
  };
  if (const Policy* own = naming(group)) return own;
  for (const Policy& policy : policies) {
    if (policy.selects(device)) return &policy;
  }
  return naming("*");
}

}  // namespace bartizan::policy
