#include "rules/condition.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace bartizan::rules {
namespace {

const FactSchema& schema() {
  static const FactSchema fields = {
      {.name = "package", .type = FactType::kString},
      {.name = "severity",
       .type = FactType::kString,
       .values = {"low", "medium", "high"},
       .ordered = true},
      {.name = "target_sdk", .type = FactType::kNumber},
      {.name = "debuggable", .type = FactType::kBoolean},
      {.name = "patch_level", .type = FactType::kTime},
      {.name = "permissions", .type = FactType::kStrings},
      {.name = "device.group", .type = FactType::kString},
      {.name = "a", .type = FactType::kBoolean},
      {.name = "b", .type = FactType::kBoolean},
      {.name = "c", .type = FactType::kBoolean},
      {.name = "now", .type = FactType::kTime},
  };
  return fields;
}

Condition compiled(std::string_view yaml) {
  auto condition = Condition::compile_text(yaml, schema(), "r.yaml");
  if (!condition) throw std::runtime_error(condition.error().message);
  return std::move(condition).value();
}

char truth(std::string_view yaml, std::string_view facts) {
  return "FUT"[static_cast<int>(compiled(yaml).evaluate(*parse_json_object(facts)))];
}

std::string error_of(std::string_view yaml) {
  const auto condition = Condition::compile_text(yaml, schema(), "r.yaml");
  return condition.ok() ? "compiled" : condition.error().message;
}

TEST(Condition, ComparesText) {
  const char* facts = R"({"package":"com.evil.app"})";
  EXPECT_EQ(truth("{package: com.evil.app}", facts), 'T');
  EXPECT_EQ(truth("{package: [a, com.evil.app]}", facts), 'T');
  EXPECT_EQ(truth("{package: COM.EVIL.APP}", facts), 'F');
  EXPECT_EQ(truth("{package|contains: evil}", facts), 'T');
  EXPECT_EQ(truth("{package|contains|all: [evil, app]}", facts), 'T');
  EXPECT_EQ(truth("{package|contains|all: [evil, bank]}", facts), 'F');
  EXPECT_EQ(truth("{package|startswith: com.}", facts), 'T');
  EXPECT_EQ(truth("{package|endswith: .bank}", facts), 'F');
  EXPECT_EQ(truth(R"({package|re: '^com\.[a-z]+\.app$'})", facts), 'T');
  EXPECT_EQ(truth("{package: x}", "{}"), 'U');
  EXPECT_EQ(truth("{package: x}", R"({"package":3})"), 'U');
  EXPECT_EQ(truth("{package: x}", R"({"package":null})"), 'U');
}

TEST(Condition, ComparesNumbersTimesAndOrder) {
  EXPECT_EQ(truth("{target_sdk|lt: 30}", R"({"target_sdk":29})"), 'T');
  EXPECT_EQ(truth("{target_sdk|lt: 30}", R"({"target_sdk":30})"), 'F');
  EXPECT_EQ(truth("{target_sdk|lte: 30}", R"({"target_sdk":30})"), 'T');
  EXPECT_EQ(truth("{target_sdk|gt: 30}", R"({"target_sdk":30})"), 'F');
  EXPECT_EQ(truth("{target_sdk: [28, 30]}", R"({"target_sdk":30})"), 'T');
  EXPECT_EQ(truth("{debuggable: true}", R"({"debuggable":true})"), 'T');
  EXPECT_EQ(truth("{severity|gte: medium}", R"({"severity":"high"})"), 'T');
  EXPECT_EQ(truth("{severity|gte: medium}", R"({"severity":"low"})"), 'F');
  EXPECT_EQ(truth("{severity|gte: medium}", R"({"severity":"strange"})"), 'U');
  EXPECT_EQ(truth("{patch_level|lt: 2026-01-01}", R"({"patch_level":"2025-12-05"})"), 'T');
}

TEST(Condition, AgeIsMeasuredAgainstTheFactNow) {
  const char* rule = "{patch_level|older_than: 90d}";
  const auto at = [&](const char* now) {
    return truth(rule, std::string(R"({"patch_level":"2026-01-01","now":")") + now + "\"}");
  };
  EXPECT_EQ(at("2026-04-01T00:00:00Z"), 'F');  // 90 days exactly
  EXPECT_EQ(at("2026-04-01T00:00:01Z"), 'T');
  EXPECT_EQ(truth(rule, R"({"patch_level":"2026-01-01"})"), 'U');
  EXPECT_EQ(truth("{patch_level|newer_than: 90d}",
                  R"({"patch_level":"2026-01-01","now":"2026-01-02T00:00:00Z"})"),
            'T');
}

TEST(Condition, ComparesLists) {
  const char* facts = R"({"permissions":["SMS","CAMERA"]})";
  EXPECT_EQ(truth("{permissions: SMS}", facts), 'T');
  EXPECT_EQ(truth("{permissions: [ADMIN, SMS]}", facts), 'T');
  EXPECT_EQ(truth("{permissions|all: [ADMIN, SMS]}", facts), 'F');
  EXPECT_EQ(truth("{permissions|all: [CAMERA, SMS]}", facts), 'T');
  EXPECT_EQ(truth("{permissions|endswith: MERA}", facts), 'T');
  EXPECT_EQ(truth("{permissions|count|gte: 2}", facts), 'T');
  EXPECT_EQ(truth("{permissions|count: 0}", R"({"permissions":[]})"), 'T');
  EXPECT_EQ(truth("{permissions: SMS}", R"({"permissions":[]})"), 'F');
  EXPECT_EQ(truth("{permissions: SMS}", "{}"), 'U');
}

TEST(Condition, ExistsIsHowToAskWhetherAFactIsThere) {
  EXPECT_EQ(truth("{package|exists: true}", "{}"), 'F');
  EXPECT_EQ(truth("{package|exists: false}", "{}"), 'T');
  EXPECT_EQ(truth("{package|exists: true}", R"({"package":""})"), 'T');
}

TEST(Condition, DottedNamesReachIntoObjects) {
  EXPECT_EQ(truth("{device.group: sales}", R"({"device":{"group":"sales"}})"), 'T');
  EXPECT_EQ(truth("{device.group: sales}", R"({"device":3})"), 'U');
}

// Kleene's strong three-valued logic, whole.
TEST(Condition, KleeneTables) {
  const std::string_view kValue[] = {"false", "null", "true"};
  const char* kAnd[] = {"FFF", "FUU", "FUT"};
  const char* kOr[] = {"FUT", "UUT", "TTT"};
  const char* kNot = "TUF";
  const std::string selections = "x: {a: true}\ny: {b: true}\ncondition: ";
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 3; ++j) {
      const std::string facts =
          "{\"a\":" + std::string(kValue[i]) + ",\"b\":" + std::string(kValue[j]) + "}";
      EXPECT_EQ(truth(selections + "x and y", facts), kAnd[i][j]) << facts;
      EXPECT_EQ(truth(selections + "x or y", facts), kOr[i][j]) << facts;
      EXPECT_EQ(truth(selections + "not (x and y)", facts),
                truth(selections + "not x or not y", facts))
          << facts;
    }
    EXPECT_EQ(truth("{x: {a: true}, condition: not x}", "{\"a\":" + std::string(kValue[i]) + "}"),
              kNot[i]);
  }
}

TEST(Condition, CountsOfSelections) {
  const std::string yaml = "s1: {a: true}\ns2: {b: true}\ns3: {c: true}\ncondition: ";
  const char* two = R"({"a":true,"b":true,"c":false})";
  EXPECT_EQ(truth(yaml + "1 of s*", two), 'T');
  EXPECT_EQ(truth(yaml + "2 of them", two), 'T');
  EXPECT_EQ(truth(yaml + "all of them", two), 'F');
  EXPECT_EQ(truth(yaml + "3 of s*", R"({"a":true,"b":true})"), 'U');
  EXPECT_EQ(truth(yaml + "2 of s*", R"({"a":true,"b":true})"), 'T');
  EXPECT_EQ(truth(yaml + "2 of s*", R"({"a":false,"b":false})"), 'F');
}

TEST(Condition, PrecedenceAndDefaults) {
  const std::string yaml = "x: {a: true}\ny: {b: true}\nz: {c: true}\n";
  EXPECT_EQ(truth(yaml + "condition: x or y and z", R"({"a":true,"b":false,"c":false})"), 'T');
  EXPECT_EQ(truth(yaml + "condition: (x or y) and z", R"({"a":true,"b":false,"c":false})"), 'F');
  EXPECT_EQ(truth(yaml, R"({"a":true,"b":true,"c":false})"), 'F');  // absent: all of them
  EXPECT_EQ(truth("{x: [{a: true}, {b: true}]}", R"({"a":false,"b":true})"), 'T');
}

TEST(Condition, ErrorsNameFileLineAndWhatIsWrong) {
  EXPECT_EQ(error_of("x:\n  sevrity: high\n"), "r.yaml:2: unknown field 'sevrity'");
  EXPECT_EQ(error_of("x:\n  severity: hihg\n"), "r.yaml:2: 'severity' has no value 'hihg'");
  EXPECT_EQ(error_of("x:\n  package: a\n  target_sdk: many\n"),
            "r.yaml:3: 'target_sdk' must be a number");
  EXPECT_EQ(error_of("{package|lt: 3}"),
            "r.yaml:1: 'lt' cannot be used on 'package', which is text");
  EXPECT_EQ(error_of("{debuggable|contains: x}"),
            "r.yaml:1: 'contains' cannot be used on 'debuggable', which is true or false");
  EXPECT_EQ(error_of("{package|loud: x}"), "r.yaml:1: unknown modifier 'loud'");
  EXPECT_EQ(error_of("{target_sdk|lt|gt: 3}"),
            "r.yaml:1: 'gt' cannot be combined with another comparison");
  EXPECT_EQ(error_of("{debuggable: yes}"), "r.yaml:1: 'debuggable' must be true or false");
  EXPECT_EQ(error_of("{package: true}"), "r.yaml:1: 'package' is text: put the value in quotes");
  EXPECT_EQ(error_of("{package: []}"), "r.yaml:1: the list of 'package' is empty");
  EXPECT_EQ(error_of("{patch_level|older_than: soon}"),
            "r.yaml:1: 'patch_level|older_than' must be a duration like 90d");
  EXPECT_EQ(error_of("{package|re: '('}"), "r.yaml:1: pattern '(': missing ): (");
  EXPECT_EQ(error_of("x: {a: true}\ncondition: x and\n"), "r.yaml:2: the condition ends too early");
  EXPECT_EQ(error_of("x: {a: true}\ncondition: x and y\n"),
            "r.yaml:2: the condition names no selection 'y'");
  EXPECT_EQ(error_of("x: {a: true}\ny: {b: true}\ncondition: x\n"),
            "r.yaml:3: selection 'y' is not used by the condition");
  EXPECT_EQ(error_of("x: {a: true}\ncondition: (x\n"),
            "r.yaml:2: a closing parenthesis is missing");
  EXPECT_EQ(error_of("x: {a: true}\ncondition: x & x\n"),
            "r.yaml:2: '&' has no meaning in a condition");
  EXPECT_EQ(error_of("x: {a: true}\ncondition: 2 of x*\n"),
            "r.yaml:2: '2 of x*' wants more selections than there are");
  EXPECT_EQ(error_of("not: {a: true}\n"), "r.yaml:1: 'not' cannot be the name of a selection");
  EXPECT_EQ(error_of("condition: x\n"), "r.yaml:1: the condition has no selection");
  EXPECT_EQ(error_of("[]"), "r.yaml:1: a condition must be a map");
}

TEST(Condition, NestingIsBounded) {
  std::string deep = "x: {a: true}\ncondition: ";
  for (int i = 0; i < 1000; ++i) deep += "(";
  EXPECT_EQ(error_of(deep + "x"), "r.yaml:2: the condition is nested too deep");
  deep = "x: {a: true}\ncondition: ";
  for (int i = 0; i < 900; ++i) deep += "not ";
  EXPECT_EQ(error_of(deep + "x"), "r.yaml:2: the condition is nested too deep");
}

TEST(Condition, ExplainsWhatDecidedAndNothingElse) {
  const Condition condition = compiled(
      "bad: {severity|gte: medium, permissions: [SMS, ADMIN]}\n"
      "store: {package: com.store}\n"
      "condition: bad and not store\n");
  const auto explained = [&](std::string_view facts) {
    return condition.explain(*parse_json_object(facts)).reasons;
  };
  EXPECT_EQ(explained(R"({"severity":"high","permissions":["SMS","X"],"package":"a"})"),
            (std::vector<std::string>{"severity is high (wanted: at least medium)",
                                      "permissions has SMS (wanted: one of SMS, ADMIN)",
                                      "package is a (wanted: not com.store)"}));
  EXPECT_EQ(explained(R"({"severity":"low","permissions":[],"package":"com.store"})"),
            (std::vector<std::string>{"severity is low (wanted: at least medium)"}));
  EXPECT_EQ(explained(R"({"severity":"high","permissions":["SMS"]})"),
            (std::vector<std::string>{"package is unknown (wanted: not com.store)"}));
}

// Learning a fact may settle an unknown condition; it never turns a settled one.
TEST(Condition, AMissingFactNeverDecides) {
  const std::string yaml = "x: {a: true}\ny: {b: false}\nz: {c: true}\ncondition: ";
  const std::vector<std::string> lines = {"x and (y or not z)", "2 of them", "not (x and y) or z",
                                          "not 2 of them"};
  EXPECT_TRUE(rc::check([&] {
    const Condition condition = compiled(yaml + *rc::gen::elementOf(lines));
    json::object facts;
    for (const char* name : {"a", "b", "c"}) facts[name] = *rc::gen::arbitrary<bool>();
    const Truth whole = condition.evaluate(facts);
    facts.erase(*rc::gen::element<std::string>("a", "b", "c"));
    const Truth partial = condition.evaluate(facts);
    RC_ASSERT(whole != Truth::kUnknown);
    RC_ASSERT(partial == Truth::kUnknown || partial == whole);
  }));
}

TEST(Condition, NamesWhatMadeItTrueAndNothingElse) {
  const Condition condition = compiled(R"(
risky:
  - {permissions|startswith: sms, target_sdk|lt: 30}
  - {permissions: never}
store: {package: com.store}
condition: risky and not store)");
  const auto witnesses = [&](std::string_view facts) {
    return condition.witnesses(*parse_json_object(facts));
  };
  const std::vector<Witness> expected = {
      {"permissions", "sms_read"}, {"permissions", "sms_send"}, {"target_sdk", "29"}};
  EXPECT_EQ(
      witnesses(R"({"permissions":["sms_read","net","sms_send"],"target_sdk":29,"package":"a"})"),
      expected);
  EXPECT_TRUE(witnesses(R"({"permissions":["sms_read"],"target_sdk":29})").empty()) << "unknown";
  EXPECT_TRUE(witnesses(R"({"permissions":["net"],"target_sdk":29,"package":"a"})").empty());
}

TEST(Condition, ListsTheTextsItComparesWith) {
  const Condition condition = compiled(R"(
one: {permissions|contains: [a, b], target_sdk|gte: 3}
two: {package|startswith: com.}
condition: one and not two)");
  std::vector<std::string> seen;
  for (const FieldUse& use : condition.uses()) {
    if (use.field == "target_sdk") continue;
    seen.push_back(use.field + " " + use.value + (use.negated ? " negated" : "") + " " +
                   std::to_string(use.line));
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"permissions a 2", "permissions b 2",
                                            "package com. negated 3"}));
}

}  // namespace
}  // namespace bartizan::rules
