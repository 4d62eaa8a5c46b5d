#include "policy/policy.h"

#include <gtest/gtest.h>

#include "base/file.h"
#include "policy/policy_facts.h"

namespace bartizan::policy {
namespace {

using namespace std::chrono_literals;

const Timestamp kNow = from_millis(1'767'225'600'000);  // 2026-01-01

constexpr const char* kSource = R"(id: corporate
description: test
groups: [corporate, "*"]
rules:
  # the worst first
  - name: malware
    description: block it
    when: {vector: app, severity|gte: high}
    mode: enforce   # tried since March
    actions: [notify_user, block_app]
  - {name: old, description: d, when: {opened_at|older_than: 3d}, mode: "audit", actions: [lock]}
  - name: rest
    description: tell
    when: {confidence|gte: 50, model|startswith: Pixel}
    mode: warn
    actions: []
)";

PolicyDocument document(std::string source) {
  return {.id = "corporate", .version = 3, .source = std::move(source)};
}
Policy compiled(const std::string& source = kSource) {
  auto policy = Policy::compile(document(source));
  if (!policy) throw std::runtime_error(policy.error().message);
  return std::move(policy).value();
}
std::string error_of(std::string source) {
  const auto policy = Policy::compile(document(std::move(source)));
  return policy.ok() ? "compiled" : policy.error().message;
}
std::string replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}
Problem problem(std::string threat, Severity severity) {
  return {.id = "p1",
          .device_id = "d1",
          .threat = std::move(threat),
          .subject = {.kind = "app", .key = "a.b"},
          .severity = severity,
          .confidence = 60,
          .opened_at = kNow};
}

TEST(Policy, TheFirstMatchingRuleDecidesAndSaysWhy) {
  const Policy policy = compiled();
  const auto decision = policy.decide(problem("app.x", Severity::kHigh), {.id = "d1"}, kNow);
  ASSERT_TRUE(decision.has_value());
  EXPECT_EQ(decision->rule, "malware");
  EXPECT_EQ(decision->mode, PolicyMode::kEnforce);
  EXPECT_EQ(decision->policy_version, 3);
  EXPECT_EQ(decision->actions, (std::vector{ActionKind::kNotifyUser, ActionKind::kBlockApp}));
  EXPECT_EQ(decision->reasons,
            (std::vector<std::string>{"vector is app (wanted: app)",
                                      "severity is high (wanted: at least high)"}));
}

TEST(Policy, AnUnknownFactMatchesNoRule) {
  const Policy policy = compiled();
  const Problem network = problem("network.x", Severity::kHigh);
  EXPECT_FALSE(policy.decide(network, {.id = "d1"}, kNow).has_value());
  EXPECT_EQ(policy.decide(network, {.id = "d1", .model = "Pixel 9"}, kNow)->rule, "rest");
}

TEST(Policy, TimeOpenIsAskedByOlderThan) {
  const Policy policy = compiled();
  const Problem network = problem("network.x", Severity::kHigh);
  EXPECT_FALSE(policy.decide(network, {.id = "d1"}, kNow + 72h).has_value());
  EXPECT_EQ(policy.decide(network, {.id = "d1"}, kNow + 73h)->rule, "old");
}

TEST(Policy, ADecisionIsMadeOncePerOpening) {
  const Policy policy = compiled();
  Problem app = problem("app.x", Severity::kHigh);
  const auto first = policy.decide(app, {.id = "d1"}, kNow);
  EXPECT_EQ(policy.decide(app, {.id = "d1"}, kNow + 1h)->id, first->id);
  app.opened_at += 1h;
  EXPECT_NE(policy.decide(app, {.id = "d1"}, kNow + 1h)->id, first->id);
  app.state = ProblemState::kResolved;
  EXPECT_FALSE(policy.decide(app, {.id = "d1"}, kNow).has_value());
}

TEST(Policy, ErrorsNameLineAndField) {
  EXPECT_EQ(error_of(replaced(kSource, "block_app", "explode")),
            "corporate.yaml:10: unknown action 'explode'");
  EXPECT_EQ(error_of(replaced(kSource, "severity|gte: high", "severity|gte: hihg")),
            "corporate.yaml:8: 'severity' has no value 'hihg'");
  EXPECT_EQ(error_of(replaced(kSource, "mode: enforce", "mode: maybe")),
            "corporate.yaml:9: unknown mode 'maybe'");
  EXPECT_EQ(error_of(replaced(kSource, "name: rest", "name: malware")),
            "corporate.yaml:12: rule 'malware' is there twice");
  EXPECT_EQ(error_of(replaced(kSource, "mode: warn", "colour: red\n    mode: warn")),
            "corporate.yaml:15: unknown key 'colour'");
  EXPECT_EQ(error_of(replaced(kSource, "id: corporate", "id: other")),
            "corporate.yaml:1: the id must be 'corporate'");
}

TEST(WithMode, ChangesOneWordAndKeepsTheRest) {
  const auto changed = with_mode(kSource, "malware", PolicyMode::kAudit);
  ASSERT_TRUE(changed.ok()) << changed.error().message;
  EXPECT_EQ(*changed, replaced(kSource, "mode: enforce   # tried", "mode: audit   # tried"));
  const auto quoted = with_mode(kSource, "old", PolicyMode::kEnforce);
  ASSERT_TRUE(quoted.ok()) << quoted.error().message;
  EXPECT_EQ(*quoted, replaced(kSource, "\"audit\"", "\"enforce\""));
  EXPECT_EQ(with_mode(kSource, "none", PolicyMode::kWarn).error().code, ErrorCode::kNotFound);
}

TEST(PolicyFor, ThePhonesGroupElseTheRest) {
  std::vector<Policy> policies;
  policies.push_back(compiled());
  policies.push_back(
      *Policy::compile({.id = "sales",
                        .source = replaced(replaced(kSource, "id: corporate", "id: sales"),
                                           "[corporate, \"*\"]", "[sales, personal]")}));
  EXPECT_EQ(policy_for(policies, {.group = "sales"})->id(), "sales");
  EXPECT_EQ(policy_for(policies, {.group = "other"})->id(), "corporate");
  EXPECT_EQ(policy_for(policies, {.ownership = Ownership::kPersonal})->id(), "sales");
  EXPECT_EQ(policy_for({}, {.group = "sales"}), nullptr);
}

TEST(PolicyFor, PhonesAreAGroupByTheirProperties) {
  std::vector<Policy> policies;
  policies.push_back(compiled());
  policies.push_back(*Policy::compile(
      {.id = "old_phones",
       .source = replaced(replaced(kSource, "id: corporate", "id: old_phones"),
                          "groups: [corporate, \"*\"]", "phones: {os_version|startswith: '13'}")}));
  EXPECT_EQ(policy_for(policies, {.group = "x", .os_version = "13.1"})->id(), "old_phones");
  EXPECT_EQ(policy_for(policies, {.group = "x", .os_version = "15"})->id(), "corporate");
  EXPECT_EQ(policy_for(policies, {.group = "x"})->id(), "corporate");
  EXPECT_EQ(policy_for(policies, {.group = "corporate", .os_version = "13"})->id(), "corporate");
  EXPECT_EQ(error_of(replaced(kSource, "groups: [corporate, \"*\"]", "")),
            "corporate.yaml:1: a policy needs 'groups' or 'phones' to say whom it is for");
  EXPECT_EQ(error_of(replaced(kSource, "groups: [corporate, \"*\"]", "phones: {threat: x}")),
            "corporate.yaml:3: unknown field 'threat'");
}

constexpr const char* kSuppress = R"(suppress:
  - name: our test app
    reason: Built by ourselves
    until: 2026-01-03
    when: {subject_key: a.b}
rules:)";

TEST(Suppression, DoesNothingAndSaysWhyUntilItsDate) {
  const Policy policy = compiled(replaced(kSource, "rules:", kSuppress));
  const Problem app = problem("app.x", Severity::kHigh);
  const auto decision = policy.decide(app, {.id = "d1"}, kNow);
  ASSERT_TRUE(decision.has_value());
  EXPECT_EQ(decision->rule, "suppressed: our test app");
  EXPECT_EQ(decision->mode, PolicyMode::kAudit);
  EXPECT_TRUE(decision->actions.empty());
  EXPECT_EQ(decision->reasons.back(),
            "suppressed until 2026-01-03T00:00:00.000Z: Built by ourselves");
  EXPECT_EQ(policy.decide(app, {.id = "d1"}, kNow + 48h)->rule, "malware");
  EXPECT_EQ(policy.suppressions().size(), 1u);
  EXPECT_EQ(
      error_of(replaced(replaced(kSource, "rules:", kSuppress), "    until: 2026-01-03\n", "")),
      "corporate.yaml:5: 'until' is missing");
}

TEST(DefaultPolicies, CompileAndNeverLockOrBlockOnPersonalPhones) {
  for (const std::string id : {"corporate", "personal"}) {
    const auto source = read_file("content/policies/" + id + ".yaml", 1 << 20);
    ASSERT_TRUE(source.ok());
    const auto policy = Policy::compile({.id = id, .source = *source});
    ASSERT_TRUE(policy.ok()) << policy.error().message;
    if (id != "personal") continue;
    for (const RuleSummary& rule : policy->rules()) {
      for (const ActionKind action : rule.actions) {
        EXPECT_NE(action, ActionKind::kLock) << rule.name;
        EXPECT_NE(action, ActionKind::kBlockApp) << rule.name;
      }
    }
  }
}

}  // namespace
}  // namespace bartizan::policy
