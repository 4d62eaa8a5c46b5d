#include "rules/expression.h"

#include <algorithm>

namespace bartizan::rules {

Expression Expression::all_of(std::vector<Expression> children) {
  const std::size_t needed = children.size();
  return at_least(needed, std::move(children));
}

Expression Expression::at_least(std::size_t needed, std::vector<Expression> children) {
  if (needed == 1 && children.size() == 1) return std::move(children[0]);
  return {.kind = Kind::kAtLeast, .needed = needed, .children = std::move(children)};
}

Truth evaluate(const Expression& expression, const std::vector<Expression>& selections,
               const json::object& facts) {
  switch (expression.kind) {
    case Expression::Kind::kComparison:
      return expression.comparison->evaluate(facts);
    case Expression::Kind::kSelection:
      return evaluate(selections[expression.selection], selections, facts);
    case Expression::Kind::kNot:
      switch (evaluate(expression.children[0], selections, facts)) {
        case Truth::kTrue:
          return Truth::kFalse;
        case Truth::kFalse:
          return Truth::kTrue;
        case Truth::kUnknown:
          return Truth::kUnknown;
      }
      break;
    case Expression::Kind::kAtLeast: {
      std::size_t hold = 0;
      std::size_t may_hold = expression.children.size();
      for (const Expression& child : expression.children) {
        const Truth truth = evaluate(child, selections, facts);
        if (truth == Truth::kTrue && ++hold >= expression.needed) return Truth::kTrue;
        if (truth == Truth::kFalse && --may_hold < expression.needed) return Truth::kFalse;
      }
      return Truth::kUnknown;
    }
  }
  return Truth::kUnknown;
}

void explain(const Expression& expression, const std::vector<Expression>& selections,
             const json::object& facts, bool negated, std::vector<std::string>& reasons) {
  switch (expression.kind) {
    case Expression::Kind::kComparison:
      reasons.push_back(expression.comparison->describe(facts, negated));
      return;
    case Expression::Kind::kSelection:
      explain(selections[expression.selection], selections, facts, negated, reasons);
      return;
    case Expression::Kind::kNot:
      explain(expression.children[0], selections, facts, !negated, reasons);
      return;
    case Expression::Kind::kAtLeast:
      break;
  }
  const Truth whole = evaluate(expression, selections, facts);
  // As many children as were needed to decide: the first false one settles an "and".
  std::size_t enough = expression.children.size();
  if (whole == Truth::kTrue) enough = expression.needed;
  if (whole == Truth::kFalse) enough = expression.children.size() - expression.needed + 1;
  for (const Expression& child : expression.children) {
    if (enough == 0) break;
    if (evaluate(child, selections, facts) != whole) continue;
    explain(child, selections, facts, negated, reasons);
    --enough;
  }
}

void collect_uses(const Expression& expression, const std::vector<Expression>& selections,
                  bool negated, std::vector<FieldUse>& out) {
  if (expression.kind == Expression::Kind::kComparison)
    return expression.comparison->add_uses(negated, out);
  if (expression.kind == Expression::Kind::kSelection)
    return collect_uses(selections[expression.selection], selections, negated, out);
  const bool inverted = negated != (expression.kind == Expression::Kind::kNot);
  for (const Expression& child : expression.children)
    collect_uses(child, selections, inverted, out);
}

void collect_witnesses(const Expression& expression, const std::vector<Expression>& selections,
                       const json::object& facts, std::vector<Witness>& out) {
  switch (expression.kind) {
    case Expression::Kind::kComparison:
      return expression.comparison->add_witnesses(facts, out);
    case Expression::Kind::kSelection:
      return collect_witnesses(selections[expression.selection], selections, facts, out);
    case Expression::Kind::kNot:
      return;
    case Expression::Kind::kAtLeast:
      break;
  }
  for (const Expression& child : expression.children) {
    if (evaluate(child, selections, facts) == Truth::kTrue)
      collect_witnesses(child, selections, facts, out);
  }
}

}  // namespace bartizan::rules
