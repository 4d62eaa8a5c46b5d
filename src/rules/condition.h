// The condition language: one evaluator for detection rules, policies, suppressions and device
// groups.
//
//   selection:
//     permission|contains: android.permission.BIND_ACCESSIBILITY_SERVICE
//     target_sdk|lt: 30
//   store:
//     installer: [com.android.vending, com.amazon.venezia]
//   condition: selection and not store
//
// A map's fields are joined by "and", a list of values by "or" (|all: by "and"), a list of maps by
// "or". Three-valued: a field the facts lack makes its comparison unknown, `not unknown` is
// unknown, and `field|exists: true` is how to ask. See docs/rules.md.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "rules/yaml.h"

namespace bartizan::rules {

enum class Truth { kFalse, kUnknown, kTrue };

// The fields a condition may name, with their types; checked when the condition is loaded.
enum class FactType { kString, kNumber, kBoolean, kTime, kStrings };
struct FactField {
  std::string name;
  FactType type;
  std::vector<std::string> values =
      {};                // the only strings possible; a rule naming another is refused
  bool ordered = false;  // `values` ascend, and lt/gte compare by place (severity, risk)
};
using FactSchema = std::vector<FactField>;

enum class Operator {
  kEquals,
  kContains,
  kStartsWith,
  kEndsWith,
  kMatches,
  kExists,
  kLess,
  kAtMost,
  kGreater,
  kAtLeast,
  kOlderThan,
  kNewerThan,
};

// One value a condition compares a field with, for whoever gathers the facts of many conditions in
// one pass.
struct FieldUse {
  std::string field;
  Operator operation = Operator::kEquals;
  std::string value;
  bool negated = false;  // under a "not"
  int line = 1;          // in the file, from 1
};

// A fact that made a condition true: of a list, the item.
struct Witness {
  std::string field;
  std::string value;

  bool operator==(const Witness&) const = default;
};

// What decided, for explanations: "severity is high (wanted: at least medium)".
struct Explanation {
  Truth truth = Truth::kUnknown;
  std::vector<std::string> reasons;
};

class Condition {
 public:
  // `node` is the map that holds the selections and "condition" (absent: all selections, joined by
  // "and"). Errors name `file` and the line.
  static Result<Condition> compile(const YamlNode& node, const FactSchema& schema,
                                   const std::string& file);
  // The same from text: YAML, of which JSON is a part.
  static Result<Condition> compile_text(std::string_view yaml, const FactSchema& schema,
                                        const std::string& file);

  Condition(Condition&&) noexcept;
  Condition& operator=(Condition&&) noexcept;
  ~Condition();

  Truth evaluate(const json::object& facts) const;
  Explanation explain(const json::object& facts) const;
  // Every comparison of text, value by value, in the order written.
  std::vector<FieldUse> uses() const;
  // What made the condition true, in the order written and each once; facts that had to be absent
  // are not among them. Empty when it is not true.
  std::vector<Witness> witnesses(const json::object& facts) const;

 private:
  struct Program;
  explicit Condition(std::unique_ptr<const Program> program);
  std::unique_ptr<const Program> program_;
};

}  // namespace bartizan::rules
