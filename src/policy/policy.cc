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

std::string file_name(const std::string& id) { return id + ".yaml"; }

}  // namespace

struct Policy::Compiled {
  std::string id;
  int version = 1;
  std::string description;
  std::vector<std::string> groups;
  std::vector<Rule> rules;
};

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
  BARTIZAN_ASSIGN(out->groups, map.texts("groups"));
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

std::optional<Decision> Policy::decide(const Problem& problem, const Device& device,
                                       Timestamp now) const {
  if (problem.state != ProblemState::kOpen) return std::nullopt;
  const json::object facts = facts_of(problem, device, now);
  for (const Rule& rule : compiled_->rules) {
    rules::Explanation explanation = rule.condition.explain(facts);
    if (explanation.truth != rules::Truth::kTrue) continue;
    const json::array identity = {compiled_->id, compiled_->version, rule.summary.name, problem.id,
                                  to_millis(problem.opened_at)};
    return Decision{.id = uuid_of(canonical_json(identity)),
                    .device_id = device.id,
                    .problem_id = problem.id,
                    .policy = compiled_->id,
                    .policy_version = compiled_->version,
                    .rule = rule.summary.name,
                    .mode = rule.summary.mode,
                    .actions = rule.summary.actions,
                    .reasons = std::move(explanation.reasons),
                    .decided_at = now};
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
  const Policy* own = naming(group);
  return own != nullptr ? own : naming("*");
}

}  // namespace bartizan::policy
