#include "problem/fold.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <set>

namespace bartizan::problem {
namespace {

using namespace std::chrono_literals;

const Timestamp kNow = from_millis(1'767'225'600'000);  // 2026-01-01

Finding finding(std::string id, std::string threat, std::string key = "",
                Severity severity = Severity::kHigh) {
  return {.id = std::move(id),
          .device_id = "d1",
          .threat = std::move(threat),
          .subject = {.kind = key.empty() ? "device" : "app", .key = key},
          .severity = severity,
          .confidence = 90};
}

Clearance clearance(std::string threat, std::string key = "") {
  return {.threat = std::move(threat),
          .subject = {.kind = key.empty() ? "device" : "app", .key = key},
          .reason = "gone"};
}

// Observations in the phone's own order, as most tests have them.
std::vector<Transition> fold(std::vector<Problem>& problems, std::span<const Finding> findings,
                             std::span<const Clearance> clearances,
                             std::span<const Threat> catalogue, Timestamp now) {
  static std::int64_t sequence = 0;
  return problem::fold(problems, findings, clearances, ++sequence, catalogue, now);
}

std::vector<Threat> catalogue() {
  Threat link{.id = "link.x"};
  link.resolves.push_back({.after = 24h * 7});
  return {link};
}

TEST(Fold, AFindingOpensAProblemAndTheNextOneCounts) {
  std::vector<Problem> problems;
  const std::vector<Finding> first{finding("f1", "device.rooted")};
  auto changes = fold(problems, first, {}, {}, kNow);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].change, ProblemChange::kOpened);
  EXPECT_EQ(problems[0].first_seen, kNow);

  const std::vector<Finding> second{finding("f2", "device.rooted", "", Severity::kCritical)};
  changes = fold(problems, second, {}, {}, kNow + 1h);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(changes[0].change, ProblemChange::kSeenAgain);
  EXPECT_EQ(problems[0].count, 2);
  EXPECT_EQ(problems[0].severity, Severity::kCritical);
  EXPECT_EQ(problems[0].opened_at, kNow);
  EXPECT_EQ(problems[0].last_seen, kNow + 1h);
}

TEST(Fold, TheSameObservationTwiceChangesNothing) {
  std::vector<Problem> problems;
  const std::vector<Finding> found{finding("f1", "app.x", "a.b"), finding("f2", "app.y", "a.b")};
  fold(problems, found, {}, {}, kNow);
  const std::vector<Problem> before = problems;
  EXPECT_TRUE(fold(problems, found, {}, {}, kNow + 1h).empty());
  EXPECT_EQ(problems, before);
}

TEST(Fold, WhatIsOlderThanWhatDecidedAProblemNeitherEndsNorReopensIt) {
  std::vector<Problem> problems;
  const std::vector<Clearance> gone{clearance("app.x", "a.b")};
  const auto found = [&](std::string id, std::int64_t sequence) {
    return problem::fold(problems, std::vector{finding(std::move(id), "app.x", "a.b")}, {},
                         sequence, {}, kNow);
  };
  const auto cleared = [&](std::int64_t sequence) {
    return problem::fold(problems, {}, gone, sequence, {}, kNow);
  };
  found("f10", 10);
  EXPECT_TRUE(cleared(9).empty());
  EXPECT_TRUE(found("f8", 8).empty());
  EXPECT_EQ(problems[0].state, ProblemState::kOpen);
  EXPECT_EQ(cleared(11).size(), 1u);
  EXPECT_TRUE(found("f10b", 10).empty());
  EXPECT_TRUE(cleared(20).empty()) << "it is resolved already, and that stands since 20 now";
  EXPECT_TRUE(found("f19", 19).empty());
  EXPECT_EQ(problems[0].state, ProblemState::kResolved);
  EXPECT_EQ(found("f21", 21)[0].change, ProblemChange::kReopened);
}

TEST(Fold, AClearedProblemResolvesAndReopensWithItsHistory) {
  std::vector<Problem> problems;
  fold(problems, std::vector{finding("f1", "app.x", "a.b")}, {}, {}, kNow);
  auto changes = fold(problems, {}, std::vector{clearance("app.x", "a.b")}, {}, kNow + 1h);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].change, ProblemChange::kResolved);
  EXPECT_EQ(problems[0].resolved_by, "gone");
  EXPECT_EQ(risk_of(problems), Risk::kSecured);

  changes = fold(problems, std::vector{finding("f2", "app.x", "a.b")}, {}, {}, kNow + 2h);
  EXPECT_EQ(changes[0].change, ProblemChange::kReopened);
  EXPECT_EQ(problems[0].reopened, 1);
  EXPECT_EQ(problems[0].count, 2);
  EXPECT_EQ(problems[0].first_seen, kNow);
  EXPECT_EQ(problems[0].opened_at, kNow + 2h);
  EXPECT_EQ(problems[0].resolved_at, std::nullopt);
}

TEST(Fold, AClearanceEndsItsSubjectAlone) {
  std::vector<Problem> problems;
  fold(problems, std::vector{finding("f1", "app.x", "a"), finding("f2", "app.x", "b")}, {}, {},
       kNow);
  fold(problems, {}, std::vector{clearance("app.x", "b")}, {}, kNow);
  EXPECT_EQ(problems[0].state, ProblemState::kOpen);
  EXPECT_EQ(problems[1].state, ProblemState::kResolved);
}

TEST(Fold, AClearanceOfAllSubjectsSparesTheOneJustFound) {
  std::vector<Problem> problems;
  fold(problems, std::vector{finding("f1", "network.open", "cafe")}, {}, {}, kNow);
  const auto changes = fold(problems, std::vector{finding("f2", "network.open", "hotel")},
                            std::vector{clearance("network.open")}, {}, kNow + 1h);
  ASSERT_EQ(changes.size(), 2u);
  EXPECT_EQ(changes[0].change, ProblemChange::kResolved);
  EXPECT_EQ(changes[0].problem.subject.key, "cafe");
  EXPECT_EQ(changes[1].change, ProblemChange::kOpened);
}

TEST(Expire, ProblemsOfSomeThreatsEndByTime) {
  std::vector<Problem> problems;
  fold(problems, std::vector{finding("f1", "link.x", "h")}, {}, catalogue(), kNow);
  fold(problems, std::vector{finding("f2", "link.x", "h")}, {}, catalogue(), kNow + 24h);
  EXPECT_TRUE(expire(problems, kNow + 24h * 8 - 1ms).empty());
  const auto changes = expire(problems, kNow + 24h * 8);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(problems[0].state, ProblemState::kResolved);
  EXPECT_EQ(problems[0].resolved_by, "Not seen since 2026-01-02T00:00:00.000Z");
  EXPECT_TRUE(expire(problems, kNow + 24h * 9).empty());
}

TEST(RiskOf, FollowsTheWorstOpenProblem) {
  const auto risk = [](Severity severity) {
    std::vector<Problem> problems{{.severity = Severity::kLow}, {.severity = severity}};
    return risk_of(problems);
  };
  EXPECT_EQ(risk_of({}), Risk::kSecured);
  EXPECT_EQ(risk(Severity::kInformational), Risk::kLow);
  EXPECT_EQ(risk(Severity::kMedium), Risk::kMedium);
  EXPECT_EQ(risk(Severity::kHigh), Risk::kHigh);
  EXPECT_EQ(risk(Severity::kCritical), Risk::kHigh);
}

TEST(ProtectionOf, ASilentOrHalfPermittedPhoneIsNotSecured) {
  Device device;
  EXPECT_EQ(protection_of(device, kNow).state, ProtectionState::kPending);
  device.last_seen = kNow;
  EXPECT_EQ(protection_of(device, kNow).state, ProtectionState::kActive);
  EXPECT_EQ(protection_of(device, kNow).reason, "");
  EXPECT_EQ(protection_of(device, kNow + kSilentAfter).state, ProtectionState::kActive);
  EXPECT_EQ(protection_of(device, kNow + kSilentAfter + 1ms).reason,
            "The phone has been silent for 7 days");
  device.degraded = {"permission:location", "sensor:network"};
  EXPECT_EQ(protection_of(device, kNow).state, ProtectionState::kDegraded);
  device.tampered = true;
  EXPECT_EQ(protection_of(device, kNow).state, ProtectionState::kTampered);
  device.state = DeviceState::kLost;
  EXPECT_EQ(protection_of(device, kNow).state, ProtectionState::kInactive);
}

// Whatever happens in whatever order: one problem a subject, counts that add up, and a risk that
// nothing but open problems decides.
TEST(Fold, HoldsItsPromisesForAnyHistory) {
  EXPECT_TRUE(rc::check([] {
    std::vector<Problem> problems;
    int expected_count = 0;
    const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 12));
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const std::string key = "app" + std::to_string(steps[i] % 3);
      const auto severity = static_cast<Severity>(steps[i] % 5);
      const Timestamp now = kNow + Duration(static_cast<std::int64_t>(i));
      if (steps[i] < 8) {
        fold(problems, std::vector{finding("f" + std::to_string(i), "link.x", key, severity)}, {},
             catalogue(), now);
        ++expected_count;
      } else {
        fold(problems, {}, std::vector{clearance("link.x", key)}, catalogue(), now);
      }
    }
    std::set<std::string> ids;
    int count = 0;
    std::vector<Problem> open;
    for (const Problem& problem : problems) {
      ids.insert(problem.id);
      count += problem.count;
      RC_ASSERT(problem.first_seen <= problem.opened_at);
      RC_ASSERT(problem.opened_at <= problem.last_seen);
      RC_ASSERT((problem.state == ProblemState::kResolved) == problem.resolved_at.has_value());
      RC_ASSERT((problem.state == ProblemState::kOpen) == problem.expires_at.has_value());
      if (problem.state == ProblemState::kOpen) open.push_back(problem);
    }
    RC_ASSERT(ids.size() == problems.size());
    RC_ASSERT(problems.size() <= 3u);
    RC_ASSERT(count == expected_count);
    RC_ASSERT(risk_of(problems) == risk_of(open));
  }));
}

}  // namespace
}  // namespace bartizan::problem
