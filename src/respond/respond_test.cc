#include "respond/respond.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace bartizan::respond {
namespace {

using namespace std::chrono_literals;

const Timestamp kNow = from_millis(1'767'225'600'000);  // 2026-01-01

Threat threat() {
  return {.id = "app.known_malware",
          .title = "A known malicious app is installed",
          .vector = "app",
          .subject = "app",
          .techniques = {"T1655.001"},
          .user = {{Platform::kAndroid, {"It is harmful.", {"Open Settings.", "Tap Uninstall."}}},
                   {Platform::kIos, {"It is harmful here too.", {"Tap Remove App."}}}}};
}
Problem problem() {
  return {.id = "p1",
          .device_id = "d1",
          .threat = "app.known_malware",
          .subject = {.kind = "app", .key = "com.evil", .label = "Torch"},
          .severity = Severity::kHigh,
          .confidence = 95,
          .opened_at = kNow,
          .first_seen = kNow,
          .last_seen = kNow,
          .count = 1};
}
Decision decision(PolicyMode mode) {
  return {.id = "x1",
          .problem_id = "p1",
          .mode = mode,
          .actions = {ActionKind::kNotifyUser, ActionKind::kAskRemoveApp, ActionKind::kBlockApp,
                      ActionKind::kRestrictAccess}};
}
std::vector<Action> planned(PolicyMode mode, Channels channels = {},
                            Platform platform = Platform::kAndroid) {
  SystemRandom random;
  return plan_actions(decision(mode), problem(), {.id = "d1", .platform = platform}, threat(),
                      channels, kNow, random);
}
Transition transition(ProblemChange change, Problem after = problem()) {
  return {.problem = std::move(after), .change = change};
}

TEST(PlanActions, TheModeDecidesHowMuchIsDone) {
  EXPECT_TRUE(planned(PolicyMode::kAudit).empty());
  ASSERT_EQ(planned(PolicyMode::kWarn).size(), 1u);
  EXPECT_EQ(planned(PolicyMode::kWarn)[0].kind, ActionKind::kNotifyUser);
  EXPECT_EQ(planned(PolicyMode::kEnforce).size(), 4u);
}

TEST(PlanActions, AnActionNobodyCanCarryOutSaysSo) {
  const auto actions = planned(PolicyMode::kEnforce);
  EXPECT_EQ(actions[1].carrier, Carrier::kAgent);
  EXPECT_EQ(actions[1].state, ActionState::kQueued);
  EXPECT_EQ(actions[1].title, "Please remove Torch");
  EXPECT_EQ(actions[2].carrier, Carrier::kNobody);
  EXPECT_EQ(actions[2].state, ActionState::kImpossible);
  EXPECT_EQ(actions[2].detail, "Needs an MDM; none is connected");
  EXPECT_EQ(actions[3].detail, "Needs an identity provider or an MDM; none is connected");
}

TEST(PlanActions, ChannelsCarryWhatTheAgentCannot) {
  const auto mdm = planned(PolicyMode::kEnforce, {.mdm = true});
  EXPECT_EQ(mdm[2].carrier, Carrier::kMdm);
  EXPECT_EQ(mdm[3].carrier, Carrier::kMdm);
  const auto both = planned(PolicyMode::kEnforce, {.mdm = true, .identity_provider = true});
  EXPECT_EQ(both[3].carrier, Carrier::kIdentityProvider);
  EXPECT_EQ(planned(PolicyMode::kWarn, {.agent = false})[0].state, ActionState::kImpossible);
}

TEST(PlanActions, SpeaksToThePersonOfTheirPlatform) {
  EXPECT_EQ(planned(PolicyMode::kWarn)[0].message,
            "It is harmful.\n1. Open Settings.\n2. Tap Uninstall.");
  EXPECT_EQ(planned(PolicyMode::kWarn, {}, Platform::kIos)[0].message,
            "It is harmful here too.\n1. Tap Remove App.");
}

TEST(PlanActions, NamesTheSubjectWhenItHasAName) {
  SystemRandom random;
  const auto title = [&](Subject subject) {
    Problem about = problem();
    about.subject = std::move(subject);
    return plan_actions(decision(PolicyMode::kWarn), about, {.id = "d1"}, threat(), {}, kNow,
                        random)[0]
        .title;
  };
  EXPECT_EQ(title({.kind = "app", .key = "com.evil", .label = "Torch"}),
            "A known malicious app is installed: Torch");
  EXPECT_EQ(title({.kind = "app", .key = "com.evil"}),
            "A known malicious app is installed: com.evil");
  EXPECT_EQ(title({.kind = "app", .key = "k9f2Lx_digest"}), "A known malicious app is installed");
}

TEST(UpdateAlert, FollowsItsProblem) {
  SystemRandom random;
  const Alert opened = update_alert(std::nullopt, transition(ProblemChange::kOpened), kNow, random);
  EXPECT_EQ(opened.state, AlertState::kOpen);
  EXPECT_EQ(opened.count, 1);

  Problem again = problem();
  again.count = 2;
  again.last_seen = kNow + 1h;
  const Alert seen =
      update_alert(opened, transition(ProblemChange::kSeenAgain, again), kNow + 1h, random);
  EXPECT_EQ(seen.id, opened.id);
  EXPECT_EQ(seen.count, 2);
  EXPECT_EQ(seen.first_seen, kNow);
  EXPECT_EQ(seen.last_seen, kNow + 1h);

  const Alert closed =
      update_alert(seen, transition(ProblemChange::kResolved, again), kNow + 2h, random);
  EXPECT_EQ(closed.state, AlertState::kResolved);
  EXPECT_EQ(closed.closed_at, kNow + 2h);
  const Alert reopened =
      update_alert(closed, transition(ProblemChange::kReopened, again), kNow + 3h, random);
  EXPECT_EQ(reopened.state, AlertState::kOpen);
  EXPECT_EQ(reopened.closed_at, std::nullopt);
}

TEST(UpdateAlert, AnAnalystsWordHoldsUntilItGetsWorse) {
  SystemRandom random;
  Alert alert = update_alert(std::nullopt, transition(ProblemChange::kOpened), kNow, random);
  alert.state = AlertState::kAcknowledged;
  EXPECT_EQ(update_alert(alert, transition(ProblemChange::kSeenAgain), kNow, random).state,
            AlertState::kAcknowledged);
  Problem worse = problem();
  worse.severity = Severity::kCritical;
  EXPECT_EQ(update_alert(alert, transition(ProblemChange::kSeenAgain, worse), kNow, random).state,
            AlertState::kOpen);
  alert.state = AlertState::kFalsePositive;
  EXPECT_EQ(update_alert(alert, transition(ProblemChange::kReopened, worse), kNow, random).state,
            AlertState::kFalsePositive);
}

TEST(OutboxItem, CarriesTheWholeStoryInOneStableForm) {
  SystemRandom random;
  const Finding finding{.id = "f1",
                        .rule = "app.known_malware",
                        .rule_version = "1",
                        .summary = "known",
                        .evidence = {{"package", "com.evil", "listed", 0}},
                        .techniques = {"T1655.001"}};
  const Alert alert = update_alert(std::nullopt, transition(ProblemChange::kOpened), kNow, random);
  const auto actions = planned(PolicyMode::kEnforce);
  const OutboxItem item =
      outbox_item(transition(ProblemChange::kOpened), alert, {.id = "d1", .name = "Ada's Pixel"},
                  &finding, threat(), actions, kNow, random);
  EXPECT_EQ(item.kind, "problem.opened");
  const auto event = parse_json(item.event);
  ASSERT_TRUE(event.ok());
  EXPECT_EQ(event->at_pointer("/id").as_string(), item.id);
  EXPECT_EQ(event->at_pointer("/severity"), "high");
  EXPECT_EQ(event->at_pointer("/threat/techniques/0"), "T1655.001");
  EXPECT_EQ(event->at_pointer("/device/name"), "Ada's Pixel");
  EXPECT_EQ(event->at_pointer("/finding/evidence/0/value"), "com.evil");
  EXPECT_EQ(event->at_pointer("/actions/2/state"), "impossible");
  EXPECT_TRUE(event->at_pointer("/problem/resolved_at").is_null());
  EXPECT_EQ(canonical_json(*event), item.event);

  const OutboxItem bare = outbox_item(transition(ProblemChange::kResolved), alert, {.id = "d1"},
                                      nullptr, threat(), {}, kNow, random);
  EXPECT_TRUE(parse_json_object(bare.event)->at("finding").is_null());
  EXPECT_EQ(bare.kind, "problem.resolved");
}

}  // namespace
}  // namespace bartizan::respond
