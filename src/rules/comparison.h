// One `field|modifier: value` of a selection, type-checked and ready to run. Part of condition.cc's
// machinery; include rules/condition.h instead.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "rules/condition.h"
#include "rules/yaml.h"

namespace re2 {
class RE2;
}

namespace bartizan::rules {

// What a fact is compared with. Booleans are 0 and 1, times milliseconds since 1970, durations
// milliseconds, ordered values their place.
struct Operand {
  std::string text;
  double number = 0;
  std::shared_ptr<const re2::RE2> pattern;
};

class Comparison {
 public:
  static Result<Comparison> compile(const YamlEntry& entry, const FactSchema& schema,
                                    const std::string& file);

  Truth evaluate(const json::object& facts) const;
  // "severity is high (wanted: at least medium)"; `negated`: under a "not".
  std::string describe(const json::object& facts, bool negated) const;
  void add_uses(bool negated, std::vector<FieldUse>& out) const;
  void add_witnesses(const json::object& facts, std::vector<Witness>& out) const;

 private:
  friend class ComparisonCompiler;

  const json::value* fact(const json::object& facts) const;
  Truth compare_number(double value, const json::object& facts) const;
  Truth compare_text(std::string_view value) const;
  Truth compare_list(const json::array& list) const;
  bool matches(const Operand& operand, std::string_view value) const;
  std::optional<double> number_of(const json::value& fact) const;
  std::string matching_items(const json::array& list) const;

  FactField field_;
  int line_ = 1;
  std::vector<std::string> path_;  // field_.name at its dots
  Operator operator_ = Operator::kEquals;
  bool count_ = false;  // compares how many items the list has
  bool all_ = false;    // every operand must match, not any
  std::vector<Operand> operands_;
  std::string wanted_;  // "at least medium"
};

}  // namespace bartizan::rules
