#include <algorithm>

#include "base/crypto.h"
#include "store/store_conformance.h"

namespace bartizan::store {
namespace {

class ListingConformance : public StoreConformance {
 protected:
  void put(const Device& device) {
    EXPECT_TRUE(rows([&](Rows& all) { return all.put_device(device); }).ok());
  }
  std::vector<std::string> devices(const DeviceFilter& filter, int limit = 50) {
    return ids([&](Rows& all, const PageRequest& page) { return all.devices(filter, page); },
               [](const Device& device) { return device.id; }, limit);
  }
  void put(const Alert& alert) {
    EXPECT_TRUE(rows([&](Rows& all) { return all.put_alert(alert); }).ok());
  }
  std::vector<std::string> alerts(const AlertFilter& filter, int limit = 50) {
    return ids([&](Rows& all, const PageRequest& page) { return all.alerts(filter, page); },
               [](const Alert& alert) { return alert.id; }, limit);
  }
};
BARTIZAN_STORE_CONFORMANCE(ListingConformance);

using Ids = std::vector<std::string>;

TEST_P(ListingConformance, DevicesComeWorstRiskFirstThenByName) {
  put(Device{.id = "1", .name = "b", .risk = Risk::kLow});
  put(Device{.id = "2", .name = "a", .risk = Risk::kLow});
  put(Device{.id = "3", .name = "z", .risk = Risk::kHigh});
  put(Device{.id = "4", .name = "a", .risk = Risk::kSecured});
  put(Device{.id = "5", .name = "a", .risk = Risk::kMedium});
  for (const int limit : {1, 2, 5, 50})
    EXPECT_EQ(devices({}, limit), (Ids{"3", "5", "2", "1", "4"}));
}

TEST_P(ListingConformance, DeviceFiltersNarrow) {
  put(Device{.id = "1", .name = "Ada's 100%", .group = "sales", .model = "Pixel 8"});
  put(Device{.id = "2", .name = "Bob's", .person = "Bob", .platform = Platform::kIos});
  put(Device{
      .id = "3", .name = "C_3", .risk = Risk::kHigh, .protection = ProtectionState::kActive});
  put(Device{.id = "4", .name = "old", .state = DeviceState::kReplaced});
  put(Device{.id = "5", .name = "gone", .state = DeviceState::kLeft});
  put(Device{.id = "6", .name = "lost", .state = DeviceState::kLost});
  EXPECT_EQ(devices({}), (Ids{"3", "1", "2", "6"}));
  EXPECT_EQ(devices({.include_retired = true}).size(), 6u);
  EXPECT_EQ(devices({.risk = Risk::kHigh}), Ids{"3"});
  EXPECT_EQ(devices({.protection = ProtectionState::kActive}), Ids{"3"});
  EXPECT_EQ(devices({.platform = Platform::kIos}), Ids{"2"});
  EXPECT_EQ(devices({.group = "sales"}), Ids{"1"});
  EXPECT_EQ(devices({.text = "pixel"}), Ids{"1"});
  EXPECT_EQ(devices({.text = "bob"}), Ids{"2"});
  // Wildcards of a database are letters like any other here.
  EXPECT_EQ(devices({.text = "%"}), Ids{"1"});
  EXPECT_EQ(devices({.text = "_"}), Ids{"3"});
  EXPECT_EQ(devices({.text = "\\"}), Ids{});
  EXPECT_EQ(devices({.text = "' OR 1=1 --"}), Ids{});
}

TEST_P(ListingConformance, AlertsComeWorstFirstThenLastSeenAndFilter) {
  put(Device{.id = "d1", .name = "Ada's phone"});
  const auto alert = [](std::string id, Severity severity, int last_seen, std::string device) {
    return Alert{.id = id,
                 .problem_id = "p" + id,
                 .device_id = std::move(device),
                 .threat = "app.spyware",
                 .subject = {.kind = "app", .key = "org.spy" + id, .label = "Spy"},
                 .severity = severity,
                 .last_seen = from_millis(last_seen)};
  };
  put(alert("1", Severity::kLow, 9, "d1"));
  put(alert("2", Severity::kCritical, 1, "d1"));
  put(alert("3", Severity::kCritical, 2, "d2"));
  Alert closed = alert("4", Severity::kHigh, 5, "d2");
  closed.state = AlertState::kResolved;
  closed.threat = "link.known_phishing";
  put(closed);
  for (const int limit : {1, 3, 50}) EXPECT_EQ(alerts({}, limit), (Ids{"3", "2", "4", "1"}));
  EXPECT_EQ(alerts({.states = {AlertState::kResolved}}), Ids{"4"});
  EXPECT_EQ(alerts({.states = {AlertState::kOpen, AlertState::kResolved}}).size(), 4u);
  EXPECT_EQ(alerts({.min_severity = Severity::kHigh}), (Ids{"3", "2", "4"}));
  EXPECT_EQ(alerts({.threat = "link.known_phishing"}), Ids{"4"});
  EXPECT_EQ(alerts({.device_id = "d1"}), (Ids{"2", "1"}));
  EXPECT_EQ(alerts({.text = "ada"}), (Ids{"2", "1"}));
  EXPECT_EQ(alerts({.text = "SPY3"}), Ids{"3"});
  EXPECT_EQ(alerts({.text = "phishing"}), Ids{"4"});
}

TEST_P(ListingConformance, ScannedAppsComeNewestFirstAndFilter) {
  const auto put_app = [this](ScannedApp app) {
    EXPECT_TRUE(rows([&](Rows& all) { return all.put_scanned_app(app); }).ok());
  };
  put_app({.sha256 = "a1", .package = "org.torch", .label = "Torch", .verdict = "clean"});
  put_app({.sha256 = "b2",
           .package = "org.bank.update",
           .label = "Sec_rity",
           .verdict = "malicious",
           .scanned_at = from_millis(2)});
  put_app({.sha256 = "c3a1",
           .package = "com.parcel",
           .label = "Parcel",
           .verdict = "suspicious",
           .scanned_at = from_millis(1)});
  const auto apps = [&](const ScannedAppFilter& filter, int limit = 50) {
    return ids([&](Rows& all, const PageRequest& page) { return all.scanned_apps(filter, page); },
               [](const ScannedApp& app) { return app.sha256; }, limit);
  };
  for (const int limit : {1, 50}) EXPECT_EQ(apps({}, limit), (Ids{"b2", "c3a1", "a1"}));
  EXPECT_EQ(apps({.verdicts = {AppVerdict::kClean}}), Ids{"a1"});
  EXPECT_EQ(apps({.verdicts = {AppVerdict::kMalicious, AppVerdict::kSuspicious}}, 1),
            (Ids{"b2", "c3a1"}));
  EXPECT_EQ(apps({.text = "ORG."}), (Ids{"b2", "a1"}));
  EXPECT_EQ(apps({.text = "parc"}), Ids{"c3a1"});
  EXPECT_EQ(apps({.text = "a1"}), Ids{"a1"}) << "a digest's beginning, not its middle";
  EXPECT_EQ(apps({.text = "c_r"}), Ids{"b2"}) << "no wildcard";
  EXPECT_EQ(apps({.verdicts = {AppVerdict::kClean}, .text = "bank"}), Ids{});
  EXPECT_EQ(rows([](Rows& all) { return all.has_scanned_app("b2"); }).value_or(false), true);
  EXPECT_EQ(rows([](Rows& all) { return all.has_scanned_app("b"); }).value_or(true), false);
}

TEST_P(ListingConformance, ACursorStaysValidWhileRowsComeAndGo) {
  for (int i = 0; i < 10; ++i)
    put(Device{.id = std::to_string(i), .name = std::string(1, static_cast<char>('a' + 2 * i))});
  const auto page = [&](std::string cursor) {
    return *rows([&](Rows& all) { return all.devices({}, {.limit = 4, .cursor = cursor}); });
  };
  const auto first = page("");
  ASSERT_EQ(first.items.back().name, "g");
  put(Device{.id = "new-before", .name = "b"});
  put(Device{.id = "new-after", .name = "h"});
  Device last = first.items.back();
  last.state = DeviceState::kLeft;  // the row the cursor stands on goes
  put(last);
  const auto second = page(first.next);
  ASSERT_EQ(second.items.size(), 4u);
  EXPECT_EQ(second.items[0].name, "h");
  EXPECT_EQ(second.items[1].name, "i");
}

TEST_P(ListingConformance, ALastPageThatIsFullEndsTheListing) {
  for (int i = 0; i < 4; ++i) put(Device{.id = std::to_string(i), .name = "same"});
  const auto page = rows([](Rows& all) { return all.devices({}, {.limit = 4}); });
  EXPECT_EQ(page->items.size(), 4u);
  EXPECT_EQ(page->next, "");
}

TEST_P(ListingConformance, ATamperedOrForeignCursorIsRefused) {
  for (int i = 0; i < 4; ++i) {
    put(Device{.id = std::to_string(i), .name = "same"});
    ASSERT_TRUE(rows([&](Rows& all) {
                  return all.add_audit({.id = std::to_string(i), .at = from_millis(i)});
                }).ok());
  }
  const auto page = rows([](Rows& all) { return all.devices({}, {.limit = 2}); });
  const std::string cursor = page->next;
  ASSERT_FALSE(cursor.empty());
  const auto code = [&](std::string_view tenant, std::string text) {
    const auto result = with(tenant, [&](Rows& all) { return all.devices({}, {.cursor = text}); });
    return result.ok() ? std::optional<ErrorCode>() : result.error().code;
  };
  EXPECT_EQ(code("acme", cursor), std::nullopt);
  EXPECT_EQ(code("globex", cursor), ErrorCode::kInvalid);
  const auto elsewhere = rows([&](Rows& all) { return all.audit({.cursor = cursor}); });
  EXPECT_EQ(elsewhere.error().code, ErrorCode::kInvalid);
  auto bytes = *unbase64(cursor);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] ^= 1;
    EXPECT_EQ(code("acme", base64url(bytes)), ErrorCode::kInvalid) << "byte " << i;
    bytes[i] ^= 1;
  }
  for (std::size_t size = 1; size < cursor.size(); ++size)
    EXPECT_EQ(code("acme", cursor.substr(0, size)), ErrorCode::kInvalid) << size;
  EXPECT_EQ(code("acme", "not a cursor"), ErrorCode::kInvalid);
  EXPECT_EQ(code("acme", std::string(100'000, 'A')), ErrorCode::kInvalid);
}

TEST_P(ListingConformance, APageHoldsOneToTwoHundred) {
  for (const int limit : {-1, 0, 201}) {
    EXPECT_EQ(rows([&](Rows& all) { return all.devices({}, {.limit = limit}); }).error().code,
              ErrorCode::kInvalid);
  }
}

TEST_P(ListingConformance, TheTimelineIsNewestFirstAlsoWithinOneBatch) {
  for (int i = 1; i <= 6; ++i) {
    StoredObservation stored{.received_at = from_millis(i <= 4 ? 100 : 200)};
    stored.observation = {.id = "o" + std::to_string(i % 4) + std::to_string(i),
                          .device_id = i == 2 ? "other" : "d1",
                          .sequence = i,
                          .kind = "app.removed",
                          .body = {{"package", "a.b"}}};
    ASSERT_TRUE(*rows([&](Rows& all) { return all.add_observation(stored); }));
  }
  const auto list = [](Rows& all, const PageRequest& page) { return all.observations("d1", page); };
  const auto sequence = [](const StoredObservation& stored) {
    return std::to_string(stored.observation.sequence);
  };
  for (const int limit : {1, 2, 50})
    EXPECT_EQ(ids(list, sequence, limit), (Ids{"6", "5", "4", "3", "1"}));
}

TEST_P(ListingConformance, EveryListingPagesNewestFirst) {
  for (int i = 1; i <= 5; ++i) {
    const std::string id = std::to_string(i);
    const Timestamp at = from_millis(i / 2);  // 0 1 1 2 2: ids settle ties
    ASSERT_TRUE(rows([&](Rows& all) -> Status {
                  Finding finding{.id = id, .device_id = "d1"};
                  finding.judged_with.evaluated_at = at;
                  BARTIZAN_TRY(all.add_finding(finding));
                  BARTIZAN_TRY(all.add_decision({.id = id, .device_id = "d1", .decided_at = at}));
                  BARTIZAN_TRY(all.put_action({.id = id, .device_id = "d1", .created_at = at}));
                  BARTIZAN_TRY(
                      all.put_enrolment_token({.id = id, .token_digest = id, .created_at = at}));
                  return all.add_audit({.id = id, .at = at});
                }).ok());
  }
  const auto id_of = [](const auto& item) { return item.id; };
  const Ids newest_first{"5", "4", "3", "2", "1"};
  const auto findings = [](Rows& all, const PageRequest& page) { return all.findings("d1", page); };
  const auto decisions = [](Rows& all, const PageRequest& page) {
    return all.decisions("d1", page);
  };
  const auto actions = [](Rows& all, const PageRequest& page) { return all.actions({}, page); };
  const auto audit = [](Rows& all, const PageRequest& page) { return all.audit(page); };
  EXPECT_EQ(ids(findings, id_of, 2), newest_first);
  EXPECT_EQ(ids(decisions, id_of, 2), newest_first);
  EXPECT_EQ(ids(actions, id_of, 2), newest_first);
  EXPECT_EQ(ids(audit, id_of, 2), newest_first);
  const auto tokens = [](Rows& all, const PageRequest& page) { return all.enrolment_tokens(page); };
  EXPECT_EQ(ids(tokens, id_of, 2), newest_first);
}

TEST_P(ListingConformance, ActionsFilterByDeviceAndState) {
  const auto put_action = [&](std::string id, std::string device, ActionState state) {
    EXPECT_TRUE(rows([&](Rows& all) {
                  return all.put_action({.id = id, .device_id = device, .state = state});
                }).ok());
  };
  put_action("1", "d1", ActionState::kQueued);
  put_action("2", "d1", ActionState::kSent);
  put_action("3", "d1", ActionState::kDone);
  put_action("4", "d2", ActionState::kQueued);
  const auto list = [&](const ActionFilter& filter) {
    return ids([&](Rows& all, const PageRequest& page) { return all.actions(filter, page); },
               [](const Action& action) { return action.id; }, 50);
  };
  EXPECT_EQ(list({.device_id = "d1", .states = {ActionState::kQueued, ActionState::kSent}}),
            (Ids{"2", "1"}));
  EXPECT_EQ(list({.states = {ActionState::kQueued}}), (Ids{"4", "1"}));
}

}  // namespace
}  // namespace bartizan::store
