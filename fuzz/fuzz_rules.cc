// A condition as an operator may write it, compiled and evaluated: no input may crash or hang, and
// what compiles must explain itself with the truth it evaluates to.
#include <cstdlib>

#include "base/byte_reader.h"
#include "rules/condition.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bartizan;
  using rules::FactType;
  static const rules::FactSchema schema = {
      {.name = "text", .type = FactType::kString},
      {.name = "level",
       .type = FactType::kString,
       .values = {"low", "medium", "high"},
       .ordered = true},
      {.name = "number", .type = FactType::kNumber},
      {.name = "flag", .type = FactType::kBoolean},
      {.name = "time", .type = FactType::kTime},
      {.name = "list", .type = FactType::kStrings},
      {.name = "now", .type = FactType::kTime},
  };
  static const json::object known = {{"text", "com.example.app"},
                                     {"level", "medium"},
                                     {"number", 30},
                                     {"flag", true},
                                     {"time", "2026-01-05"},
                                     {"list", {"one", "two"}},
                                     {"now", "2026-03-01T00:00:00Z"}};
  const auto condition = rules::Condition::compile_text(as_text({data, size}), schema, "fuzz.yaml");
  if (!condition) return 0;
  for (const json::object& facts : {json::object(), known}) {
    const rules::Explanation explanation = condition->explain(facts);
    if (explanation.truth != condition->evaluate(facts)) std::abort();
    if (explanation.reasons.empty()) std::abort();
  }
  return 0;
}
