#include "store/store_conformance.h"

namespace bartizan::store {
namespace {

class NounConformance : public StoreConformance {};
BARTIZAN_STORE_CONFORMANCE(NounConformance);

// Text that a careless store would mangle.
const std::string kOdd = std::string("Zoë 'quoted\" \\ %_ \xF0\x9F\x93\xB1\n", 24) + '\0' + "end";

TEST_P(NounConformance, ADeviceComesBackAsItWentIn) {
  Device device{.id = "d1",
                .name = kOdd,
                .person = kOdd,
                .group = "personal",
                .platform = Platform::kIos,
                .ownership = Ownership::kPersonal,
                .tier = PrivacyTier::kMinimal,
                .state = DeviceState::kLost,
                .model = "iPhone",
                .os_version = "17.1",
                .patch_level = "2025-01-01",
                .agent_version = "0.1",
                .risk = Risk::kMedium,
                .protection = ProtectionState::kDegraded,
                .protection_reason = "r",
                .degraded = {"permission:location", kOdd},
                .tampered = true,
                .last_sequence = std::int64_t{1} << 60,
                .state_sequence = 5,
                .health_sequence = 6,
                .sequence_gaps = 3,
                .enrolled_at = from_millis(-5),
                .last_seen = from_millis(1'800'000'000'123)};
  ASSERT_TRUE(rows([&](Rows& all) { return all.put_device(device); }).ok());
  EXPECT_EQ(**rows([](Rows& all) { return all.device("d1"); }), device);
  device.last_seen.reset();
  device.degraded.clear();
  device.risk = Risk::kSecured;
  ASSERT_TRUE(rows([&](Rows& all) { return all.put_device(device); }).ok());
  EXPECT_EQ(**rows([](Rows& all) { return all.device("d1"); }), device);
}

TEST_P(NounConformance, AnUnwatchedPhoneIsAtRiskButNeverSecured) {
  const auto put = [&](std::string id, Risk risk, ProtectionState protection, DeviceState state) {
    EXPECT_TRUE(rows([&](Rows& all) {
                  return all.put_device(
                      {.id = id, .state = state, .risk = risk, .protection = protection});
                }).ok());
  };
  put("1", Risk::kHigh, ProtectionState::kActive, DeviceState::kEnrolled);
  put("2", Risk::kHigh, ProtectionState::kDegraded, DeviceState::kEnrolled);
  put("3", Risk::kSecured, ProtectionState::kInactive, DeviceState::kEnrolled);
  put("4", Risk::kLow, ProtectionState::kActive, DeviceState::kLeft);
  put("5", Risk::kSecured, ProtectionState::kTampered, DeviceState::kEnrolled);
  put("6", Risk::kSecured, ProtectionState::kDegraded, DeviceState::kEnrolled);
  put("7", Risk::kHigh, ProtectionState::kInactive, DeviceState::kEnrolled);
  const std::map<Risk, int> by_risk{
      {Risk::kSecured, 1}, {Risk::kLow, 0}, {Risk::kMedium, 0}, {Risk::kHigh, 3}};
  EXPECT_EQ(*rows([](Rows& all) { return all.count_devices_by_risk(); }), by_risk);
  for (const auto& [risk, count] : by_risk) {
    const auto listed = rows([&](Rows& all) { return all.devices({.risk = risk}, {}); });
    EXPECT_EQ(listed->items.size(), static_cast<std::size_t>(count)) << to_string(risk);
  }
  const auto by_protection = *rows([](Rows& all) { return all.count_devices_by_protection(); });
  EXPECT_EQ(by_protection.at(ProtectionState::kActive), 1);
  EXPECT_EQ(by_protection.at(ProtectionState::kDegraded), 2);
  EXPECT_EQ(by_protection.at(ProtectionState::kInactive), 2);
  EXPECT_EQ(by_protection.at(ProtectionState::kTampered), 1);
  EXPECT_EQ(by_protection.at(ProtectionState::kPending), 0);
}

TEST_P(NounConformance, AnObservationIsStoredOnceByItsPhoneAndId) {
  StoredObservation stored{.received_at = from_millis(7), .unknown_fields = {"later", kOdd}};
  stored.observation = {.id = "o1",
                        .device_id = "d1",
                        .sequence = 9,
                        .kind = "link.opened",
                        .schema_minor = 4,
                        .observed_at = from_millis(5),
                        .body = {{"url", kOdd}, {"n", 1.5}, {"list", json::array{"a"}}}};
  EXPECT_TRUE(*rows([&](Rows& all) { return all.add_observation(stored); }));
  StoredObservation again = stored;
  again.observation.body = {};
  EXPECT_FALSE(*rows([&](Rows& all) { return all.add_observation(again); }));
  const StoredObservation found = **rows([](Rows& all) { return all.observation("d1", "o1"); });
  EXPECT_EQ(to_json(found.observation), to_json(stored.observation));
  EXPECT_EQ(found.observation.device_id, "d1");
  EXPECT_EQ(found.received_at, stored.received_at);
  EXPECT_EQ(found.unknown_fields, stored.unknown_fields);
}

TEST_P(NounConformance, WhatOnePhoneSentNeverHidesWhatAnotherSendsUnderTheSameId) {
  StoredObservation mine;
  mine.observation = {.id = "o1", .device_id = "d1", .kind = "link.opened"};
  StoredObservation theirs = mine;
  theirs.observation.device_id = "d2";
  theirs.observation.kind = "device.state";
  EXPECT_TRUE(*rows([&](Rows& all) { return all.add_observation(mine); }));
  EXPECT_TRUE(*rows([&](Rows& all) { return all.add_observation(theirs); }));
  const Status added = rows([](Rows& all) -> Status {
    BARTIZAN_TRY(all.add_finding({.id = "f1", .device_id = "d1", .summary = "mine"}));
    return all.add_finding({.id = "f1", .device_id = "d2", .summary = "theirs"});
  });
  ASSERT_TRUE(added.ok()) << added.error().message;
  EXPECT_EQ((**rows([](Rows& all) { return all.observation("d1", "o1"); })).observation.kind,
            "link.opened");
  EXPECT_EQ((**rows([](Rows& all) { return all.observation("d2", "o1"); })).observation.kind,
            "device.state");
  EXPECT_EQ((**rows([](Rows& all) { return all.finding("d1", "f1"); })).summary, "mine");
  EXPECT_EQ((**rows([](Rows& all) { return all.finding("d2", "f1"); })).summary, "theirs");
  EXPECT_FALSE(rows([](Rows& all) { return all.observation("d3", "o1"); })->has_value());
  EXPECT_FALSE(rows([](Rows& all) { return all.finding("d3", "f1"); })->has_value());
}

TEST_P(NounConformance, FindingsAndDecisionsAreImmutable) {
  Finding finding{.id = "f1",
                  .device_id = "d1",
                  .threat = "app.spyware",
                  .severity = Severity::kHigh,
                  .summary = kOdd,
                  .evidence = {{.fact = "package", .value = kOdd, .weight = 90}},
                  .techniques = {"T1"}};
  Decision decision{.id = "x1",
                    .device_id = "d1",
                    .mode = PolicyMode::kEnforce,
                    .actions = {ActionKind::kLock, ActionKind::kNotifyUser},
                    .reasons = {kOdd}};
  const auto add = [&] {
    return rows([&](Rows& all) -> Status {
      BARTIZAN_TRY(all.add_finding(finding));
      return all.add_decision(decision);
    });
  };
  ASSERT_TRUE(add().ok());
  const Finding finding_before = finding;
  const json::object decision_before = to_json(decision);
  finding.summary = "other";
  decision.reasons.clear();
  ASSERT_TRUE(add().ok());
  EXPECT_EQ(**rows([](Rows& all) { return all.finding("d1", "f1"); }), finding_before);
  EXPECT_EQ(to_json(**rows([](Rows& all) { return all.decision("x1"); })), decision_before);
  EXPECT_FALSE(rows([](Rows& all) { return all.finding("d1", "f2"); })->has_value());
}

TEST_P(NounConformance, ProblemsAreKeptCountedAndExpire) {
  const auto put = [&](std::string id, std::string device, std::string threat, ProblemState state,
                       std::optional<Timestamp> expires) {
    const Problem problem{.id = id,
                          .device_id = device,
                          .threat = threat,
                          .subject = {.kind = "app", .key = "k", .label = kOdd},
                          .state = state,
                          .opened_at = from_millis(1),
                          .count = 2,
                          .decided_by_sequence = 7,
                          .expires_at = expires,
                          .resolved_by = "r"};
    EXPECT_TRUE(rows([&](Rows& all) { return all.put_problem(problem); }).ok());
    EXPECT_EQ(**rows([&](Rows& all) { return all.problem(id); }), problem);
  };
  put("1", "d1", "a", ProblemState::kOpen, from_millis(50));
  put("2", "d1", "a", ProblemState::kOpen, from_millis(40));
  put("3", "d2", "a", ProblemState::kOpen, from_millis(30));
  put("4", "d3", "b", ProblemState::kOpen, {});
  put("5", "d4", "b", ProblemState::kResolved, from_millis(1));
  EXPECT_EQ(rows([](Rows& all) { return all.problems("d1"); })->size(), 2u);
  EXPECT_EQ(rows([](Rows& all) { return all.problems("d4"); })->size(), 1u);
  const auto expired = [&](int now, int limit) {
    return *rows(
        [&](Rows& all) { return all.devices_with_problems_expired(from_millis(now), limit); });
  };
  EXPECT_EQ(expired(29, 10), std::vector<std::string>{});
  EXPECT_EQ(expired(50, 10), (std::vector<std::string>{"d2", "d1"}));
  EXPECT_EQ(expired(50, 1), std::vector<std::string>{"d2"});
  const auto top = *rows([](Rows& all) { return all.top_threats(10); });
  ASSERT_EQ(top.size(), 2u);
  EXPECT_EQ(top[0].threat, "a");
  EXPECT_EQ(top[0].open_problems, 3);
  EXPECT_EQ(top[0].devices, 2);
  EXPECT_EQ(top[1].open_problems, 1);
}

TEST_P(NounConformance, AlertsAndActionsAreReplacedById) {
  Alert alert{.id = "a1",
              .problem_id = "p1",
              .subject = {.kind = "app", .key = "k", .label = kOdd},
              .severity = Severity::kCritical,
              .note = kOdd,
              .count = 3,
              .first_seen = from_millis(10),
              .closed_at = from_millis(20)};
  Action action{.id = "x1", .kind = ActionKind::kBlockDomain, .title = kOdd};
  const auto put = [&] {
    ASSERT_TRUE(rows([&](Rows& all) -> Status {
                  BARTIZAN_TRY(all.put_alert(alert));
                  return all.put_action(action);
                }).ok());
    EXPECT_EQ(to_json(**rows([](Rows& all) { return all.alert("a1"); })), to_json(alert));
    EXPECT_EQ(to_json(**rows([](Rows& all) { return all.alert_of_problem("p1"); })),
              to_json(alert));
    EXPECT_EQ(to_json(**rows([](Rows& all) { return all.action("x1"); })), to_json(action));
  };
  put();
  alert.state = AlertState::kFalsePositive;
  alert.closed_at.reset();
  action.state = ActionState::kImpossible;
  put();
  const auto counts = *rows([](Rows& all) { return all.count_alerts(); });
  EXPECT_EQ(counts.at(AlertState::kFalsePositive), 1);
  EXPECT_EQ(counts.at(AlertState::kOpen), 0);
  alert.id = "a2";  // one alert a problem
  EXPECT_EQ(store_
                ->write([&](Transaction& transaction) {
                  return transaction.tenant("acme").put_alert(alert);
                })
                .error()
                .code,
            ErrorCode::kConflict);
}

TEST_P(NounConformance, AlertsPerDayAreOfTheirFirstDayInUtc) {
  const auto put = [&](std::string id, std::string_view first_seen, Severity severity) {
    EXPECT_TRUE(rows([&](Rows& all) {
                  return all.put_alert({.id = id,
                                        .problem_id = id,
                                        .severity = severity,
                                        .first_seen = *parse_rfc3339(first_seen)});
                }).ok());
  };
  put("1", "2026-03-01T23:59:59.999Z", Severity::kLow);
  put("2", "2026-03-02T00:00:00Z", Severity::kLow);
  put("3", "2026-03-02T12:00:00Z", Severity::kLow);
  put("4", "2026-03-02T12:00:00Z", Severity::kHigh);
  const auto days = *rows([](Rows& all) { return all.alerts_per_day(*parse_date("2026-03-02")); });
  ASSERT_EQ(days.size(), 2u);
  EXPECT_EQ(days[0].day, "2026-03-02");
  EXPECT_EQ(days[0].severity, Severity::kHigh);
  EXPECT_EQ(days[1].count, 2);
  EXPECT_EQ(rows([](Rows& all) { return all.alerts_per_day(from_millis(0)); })->size(), 3u);
}

TEST_P(NounConformance, WhatWasClearedIsKeptByPhoneThreatAndSubject) {
  const Cleared app{.threat = "app.malware",
                    .subject = {.kind = "app", .key = "com.a", .label = {}},
                    .sequence = 5};
  Cleared newer = app;
  newer.sequence = 9;
  Cleared any{.threat = "network.open_wifi",
              .subject = {.kind = "network", .key = {}, .label = {}},
              .sequence = 7};
  ASSERT_TRUE(rows([&](Rows& all) -> Status {
                BARTIZAN_TRY(all.put_cleared("d1", app));
                BARTIZAN_TRY(all.put_cleared("d1", any));
                BARTIZAN_TRY(all.put_cleared("d2", app));
                return all.put_cleared("d1", newer);
              }).ok());
  EXPECT_EQ(*rows([](Rows& all) { return all.cleared("d1"); }), (std::vector{newer, any}));
  EXPECT_EQ(*rows([](Rows& all) { return all.cleared("d2"); }), (std::vector{app}));
  ASSERT_TRUE(rows([](Rows& all) { return all.remove_cleared("d1", 9); }).ok());
  EXPECT_EQ(*rows([](Rows& all) { return all.cleared("d1"); }), (std::vector{newer}));
  EXPECT_EQ(rows([](Rows& all) { return all.cleared("d2"); })->size(), 1u);
}

TEST_P(NounConformance, APolicyVersionFollowsTheNewest) {
  const auto add = [&](std::string id, int version) {
    return store_->write([&](Transaction& transaction) {
      return transaction.tenant("acme").add_policy_version(
          {.id = id, .version = version, .source = id + std::to_string(version)});
    });
  };
  EXPECT_EQ(add("corporate", 2).error().code, ErrorCode::kConflict);
  ASSERT_TRUE(add("corporate", 1).ok());
  EXPECT_EQ(add("corporate", 1).error().code, ErrorCode::kConflict);
  ASSERT_TRUE(add("corporate", 2).ok());
  ASSERT_TRUE(add("personal", 1).ok());
  const auto in_force = *rows([](Rows& all) { return all.policies_in_force(); });
  ASSERT_EQ(in_force.size(), 2u);
  EXPECT_EQ(in_force[0].source, "corporate2");
  EXPECT_EQ(in_force[1].source, "personal1");
  const auto history = *rows([](Rows& all) { return all.policy_history("corporate"); });
  ASSERT_EQ(history.size(), 2u);
  EXPECT_EQ(history[0].version, 2);
}

TEST_P(NounConformance, PeopleAndTheirSessions) {
  const Administrator ada{.id = "1",
                          .name = "ada",
                          .role = Role::kAdmin,
                          .password_hash = "$argon2id$",
                          .totp_secret = "S",
                          .totp_last_step = 5,
                          .must_change_password = true,
                          .failed_logins = 2,
                          .locked_until = from_millis(9)};
  ASSERT_TRUE(rows([&](Rows& all) { return all.put_administrator(ada); }).ok());
  const auto found = **rows([](Rows& all) { return all.administrator_by_name("ada"); });
  EXPECT_EQ(found.role, Role::kAdmin);
  EXPECT_EQ(found.totp_last_step, 5);
  EXPECT_TRUE(found.must_change_password);
  EXPECT_EQ(found.locked_until, ada.locked_until);
  EXPECT_TRUE(rows([](Rows& all) { return all.administrator("1"); })->has_value());
  EXPECT_FALSE(rows([](Rows& all) { return all.administrator_by_name("ADA"); })->has_value());
  ASSERT_TRUE(
      rows([](Rows& all) { return all.put_administrator({.id = "9", .name = "eve"}); }).ok());
  for (int i = 0; i < 2; ++i)
    EXPECT_TRUE(rows([](Rows& all) { return all.remove_administrator("9"); }).ok());
  EXPECT_FALSE(rows([](Rows& all) { return all.administrator("9"); })->has_value());
  EXPECT_TRUE(rows([](Rows& all) { return all.administrator("1"); })->has_value());
  for (const char* digest : {"a", "b", "c"}) {
    ASSERT_TRUE(rows([&](Rows& all) {
                  return all.put_session({.token_digest = digest,
                                          .administrator_id = *digest == 'c' ? "2" : "1",
                                          .csrf_token = "t"});
                }).ok());
  }
  EXPECT_EQ((*rows([](Rows& all) { return all.session("a"); }))->csrf_token, "t");
  ASSERT_TRUE(rows([](Rows& all) { return all.remove_session("a"); }).ok());
  EXPECT_FALSE(rows([](Rows& all) { return all.session("a"); })->has_value());
  ASSERT_TRUE(rows([](Rows& all) { return all.remove_sessions_of("1"); }).ok());
  EXPECT_FALSE(rows([](Rows& all) { return all.session("b"); })->has_value());
  EXPECT_TRUE(rows([](Rows& all) { return all.session("c"); })->has_value());
}

TEST_P(NounConformance, SessionsThatEndedOrWentIdleGo) {
  const auto put = [&](std::string digest, int expires_at, int last_used) {
    ASSERT_TRUE(rows([&](Rows& all) {
                  return all.put_session({.token_digest = digest,
                                          .expires_at = from_millis(expires_at),
                                          .last_used = from_millis(last_used)});
                }).ok());
  };
  put("ended", 100, 99);
  put("idle", 200, 49);
  put("used", 101, 50);
  ASSERT_TRUE(rows([](Rows& all) {
                return all.remove_sessions_ended(from_millis(100), from_millis(50));
              }).ok());
  EXPECT_FALSE(rows([](Rows& all) { return all.session("ended"); })->has_value());
  EXPECT_FALSE(rows([](Rows& all) { return all.session("idle"); })->has_value());
  EXPECT_TRUE(rows([](Rows& all) { return all.session("used"); })->has_value());
}

TEST_P(NounConformance, TokensAndCertificates) {
  ASSERT_TRUE(rows([](Rows& all) -> Status {
                BARTIZAN_TRY(all.put_api_token({.id = "t1",
                                                .token_digest = "h1",
                                                .scopes = {"devices:read", "alerts:write"},
                                                .revoked_at = from_millis(4)}));
                BARTIZAN_TRY(all.put_enrolment_token({.id = "e1",
                                                      .token_digest = "h2",
                                                      .ownership = Ownership::kPersonal,
                                                      .tier = PrivacyTier::kByod}));
                BARTIZAN_TRY(all.put_certificate({.serial = "0a", .device_id = "d1"}));
                return all.put_certificate(
                    {.serial = "0b", .device_id = "d1", .not_after = from_millis(5)});
              }).ok());
  const ApiToken token = **rows([](Rows& all) { return all.api_token_by_digest("h1"); });
  EXPECT_EQ(token.scopes, (std::vector<std::string>{"devices:read", "alerts:write"}));
  EXPECT_EQ(token.revoked_at, from_millis(4));
  EnrolmentToken enrolment = **rows([](Rows& all) { return all.enrolment_token_by_digest("h2"); });
  EXPECT_EQ(enrolment.tier, PrivacyTier::kByod);
  enrolment.used_at = from_millis(1);
  enrolment.device_id = "d1";
  ASSERT_TRUE(rows([&](Rows& all) { return all.put_enrolment_token(enrolment); }).ok());
  EXPECT_EQ((*rows([](Rows& all) { return all.enrolment_token("e1"); }))->device_id, "d1");
  const auto certificates = *rows([](Rows& all) { return all.certificates("d1"); });
  ASSERT_EQ(certificates.size(), 2u);
  EXPECT_EQ(certificates[0].serial, "0b");  // lasts longest
  EXPECT_FALSE((*rows([](Rows& all) { return all.certificate("0a"); }))->revoked_at.has_value());
}

TEST_P(NounConformance, SettingsAreReplaced) {
  ASSERT_TRUE(rows([](Rows& all) { return all.put_setting("k", "1"); }).ok());
  ASSERT_TRUE(rows([](Rows& all) { return all.put_setting("k", kOdd); }).ok());
  EXPECT_EQ(*rows([](Rows& all) { return all.setting("k"); }), kOdd);
  EXPECT_EQ(*rows([](Rows& all) { return all.setting("none"); }), std::nullopt);
}

}  // namespace
}  // namespace bartizan::store
