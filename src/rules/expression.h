// The tree a condition is evaluated as, and the parser of `condition:` lines. Part of
// condition.cc's machinery; include rules/condition.h instead.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/comparison.h"

namespace bartizan::rules {

// Either one comparison, a reference to a named selection, the negation of its only child, or "at
// least `needed` of the children" - which is "and" when all are needed and "or" when one is.
struct Expression {
  enum class Kind { kComparison, kSelection, kNot, kAtLeast };

  Kind kind = Kind::kAtLeast;
  std::optional<Comparison> comparison;
  std::size_t selection = 0;  // index among the selections
  std::size_t needed = 1;
  std::vector<Expression> children;

  static Expression all_of(std::vector<Expression> children);
  static Expression at_least(std::size_t needed, std::vector<Expression> children);
};

inline constexpr std::size_t kMaxConditionLength = 4096;
inline constexpr int kMaxConditionDepth = 32;

// Parses `line` ("selection and not 1 of filter*") over the names of the selections:
//
//   or    = and { "or" and }
//   and   = not { "and" not }
//   not   = "not" not | "(" or ")" | ( number | "any" | "all" ) "of" ( "them" | name | name "*" )
//         | name
//
// The error is a sentence without a place. Every selection must be used.
Result<Expression> parse_expression(std::string_view line, const std::vector<std::string>& names);

// `selections` are what kSelection refers to.
Truth evaluate(const Expression& expression, const std::vector<Expression>& selections,
               const json::object& facts);
// Appends the reasons for the expression's truth: of what decided it, and nothing else.
void explain(const Expression& expression, const std::vector<Expression>& selections,
             const json::object& facts, bool negated, std::vector<std::string>& reasons);

// Appends every comparison below `expression`; `negated`: it stands under a "not".
void collect_uses(const Expression& expression, const std::vector<Expression>& selections,
                  bool negated, std::vector<FieldUse>& out);
// Appends the facts by which the comparisons hold that made `expression` true.
void collect_witnesses(const Expression& expression, const std::vector<Expression>& selections,
                       const json::object& facts, std::vector<Witness>& out);

}  // namespace bartizan::rules
