#include "rules/condition.h"

#include <algorithm>

#include "rules/expression.h"

namespace bartizan::rules {
namespace {

constexpr std::size_t kMaxSelections = 64;
constexpr std::string_view kReservedNames[] = {"and", "or", "not", "of", "them", "all", "any"};

// A map: its fields joined by "and". A list of maps: joined by "or".
Result<Expression> compile_selection(const YamlNode& node, const FactSchema& schema,
                                     const std::string& file) {
  std::vector<Expression> parts;
  if (node.is_sequence()) {
    for (const YamlNode& item : node.items) {
      if (!item.is_map()) return error_at(file, item, "a list of maps is wanted here");
      BARTIZAN_ASSIGN(Expression part, compile_selection(item, schema, file));
      parts.push_back(std::move(part));
    }
    if (parts.empty()) return error_at(file, node, "the selection is empty");
    return Expression::at_least(1, std::move(parts));
  }
  if (!node.is_map()) return error_at(file, node, "a selection must be a map or a list of maps");
  for (const YamlEntry& entry : node.entries) {
    Expression part{.kind = Expression::Kind::kComparison};
    BARTIZAN_ASSIGN(part.comparison, Comparison::compile(entry, schema, file));
    parts.push_back(std::move(part));
  }
  if (parts.empty()) return error_at(file, node, "the selection is empty");
  return Expression::all_of(std::move(parts));
}

// Whether the map is one selection itself, as short conditions are written: {severity|gte: high}.
bool is_single_selection(const YamlNode& node) {
  if (node.find("condition") != nullptr) return false;
  return std::any_of(node.entries.begin(), node.entries.end(), [](const YamlEntry& entry) {
    const YamlNode& value = entry.value;
    if (value.is_sequence()) return value.items.empty() || !value.items[0].is_map();
    return !value.is_map();
  });
}

Status check_name(const YamlEntry& entry, const std::string& file) {
  YamlNode place;
  place.line = entry.line;
  const bool reserved = std::find(std::begin(kReservedNames), std::end(kReservedNames),
                                  entry.key) != std::end(kReservedNames);
  const bool word =
      !entry.key.empty() && std::all_of(entry.key.begin(), entry.key.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
      });
  if (!reserved && word) return {};
  return error_at(file, place, "'" + entry.key + "' cannot be the name of a selection");
}

}  // namespace

struct Condition::Program {
  std::vector<Expression> selections;
  Expression root;
};

Condition::Condition(std::unique_ptr<const Program> program) : program_(std::move(program)) {}
Condition::Condition(Condition&&) noexcept = default;
Condition& Condition::operator=(Condition&&) noexcept = default;
Condition::~Condition() = default;

Result<Condition> Condition::compile(const YamlNode& node, const FactSchema& schema,
                                     const std::string& file) {
  if (!node.is_map()) return error_at(file, node, "a condition must be a map");
  auto program = std::make_unique<Program>();
  if (is_single_selection(node)) {
    BARTIZAN_ASSIGN(program->root, compile_selection(node, schema, file));
    return Condition(std::move(program));
  }

  std::vector<std::string> names;
  for (const YamlEntry& entry : node.entries) {
    if (entry.key == "condition") continue;
    BARTIZAN_TRY(check_name(entry, file));
    BARTIZAN_ASSIGN(Expression selection, compile_selection(entry.value, schema, file));
    names.push_back(entry.key);
    program->selections.push_back(std::move(selection));
  }
  if (names.empty()) return error_at(file, node, "the condition has no selection");
  if (names.size() > kMaxSelections) return error_at(file, node, "too many selections");

  const YamlNode* line = node.find("condition");
  if (line != nullptr && !line->is_scalar())
    return error_at(file, *line, "'condition' must be one line of text");
  auto root = parse_expression(line != nullptr ? line->text : "all of them", names);
  if (!root) return error_at(file, line != nullptr ? *line : node, root.error().message);
  program->root = std::move(root).value();
  return Condition(std::move(program));
}

Result<Condition> Condition::compile_text(std::string_view yaml, const FactSchema& schema,
                                          const std::string& file) {
  BARTIZAN_ASSIGN(const YamlNode node, parse_yaml(yaml, file));
  return compile(node, schema, file);
}

Truth Condition::evaluate(const json::object& facts) const {
  return rules::evaluate(program_->root, program_->selections, facts);
}

Explanation Condition::explain(const json::object& facts) const {
  Explanation out{.truth = evaluate(facts)};
  rules::explain(program_->root, program_->selections, facts, false, out.reasons);
  return out;
}

std::vector<FieldUse> Condition::uses() const {
  std::vector<FieldUse> out;
  collect_uses(program_->root, program_->selections, false, out);
  return out;
}

std::vector<Witness> Condition::witnesses(const json::object& facts) const {
  std::vector<Witness> all;
  if (evaluate(facts) == Truth::kTrue)
    collect_witnesses(program_->root, program_->selections, facts, all);
  std::vector<Witness> out;
  for (Witness& witness : all) {
    if (std::find(out.begin(), out.end(), witness) == out.end()) out.push_back(std::move(witness));
  }
  return out;
}

}  // namespace bartizan::rules
