#include "store/store_conformance.h"

namespace bartizan::store {
namespace {

class TenancyConformance : public StoreConformance {
 protected:
  std::map<std::string, std::string> seen_by(std::string_view tenant);
};
BARTIZAN_STORE_CONFORMANCE(TenancyConformance);

// One of everything, every free text being `mark`; ids are the same in every tenant.
Status fill(Rows& rows, const std::string& mark) {
  BARTIZAN_TRY(rows.put_device({.id = "d", .name = mark, .protection = ProtectionState::kActive}));
  StoredObservation stored;
  stored.observation = {.id = "o", .device_id = "d", .sequence = 1, .kind = mark};
  BARTIZAN_ASSIGN(const bool added, rows.add_observation(stored));
  EXPECT_TRUE(added);
  BARTIZAN_TRY(rows.add_finding({.id = "f", .device_id = "d", .summary = mark}));
  BARTIZAN_TRY(rows.put_problem(
      {.id = "p", .device_id = "d", .threat = mark, .expires_at = from_millis(1)}));
  BARTIZAN_TRY(rows.put_cleared("d", {.threat = mark}));
  BARTIZAN_TRY(rows.add_decision({.id = "x", .device_id = "d", .rule = mark}));
  BARTIZAN_TRY(rows.put_action({.id = "c", .device_id = "d", .title = mark}));
  BARTIZAN_TRY(rows.put_alert({.id = "a", .problem_id = "p", .device_id = "d", .threat = mark}));
  BARTIZAN_TRY(rows.add_policy_version({.id = "q", .version = 1, .source = mark}));
  BARTIZAN_TRY(rows.put_administrator({.id = "1", .name = "ada", .password_hash = mark}));
  BARTIZAN_TRY(
      rows.put_session({.token_digest = "s", .administrator_id = "1", .csrf_token = mark}));
  BARTIZAN_TRY(rows.put_api_token({.id = "t", .name = mark, .token_digest = "h"}));
  BARTIZAN_TRY(rows.put_enrolment_token({.id = "e", .token_digest = "h", .person = mark}));
  BARTIZAN_TRY(rows.put_certificate({.serial = "01", .device_id = "d-" + mark}));
  BARTIZAN_TRY(rows.put_scanned_app({.sha256 = "s", .label = mark, .tlsh = "T1"}));
  BARTIZAN_ASSIGN(const bool others,
                  rows.put_app_signer("d", "package", {.signer = mark, .past = {}}, {}));
  EXPECT_FALSE(others) << "those of another tenant";
  BARTIZAN_TRY(rows.add_audit({.id = "u", .detail = mark}));
  BARTIZAN_TRY(
      rows.add_outbox({.id = "i", .device_id = "d", .event = mark}, std::vector<std::string>{"n"}));
  return rows.put_setting("k", mark);
}

// What a reader gave, as text: "" for nothing.
template <typename T, typename Text>
std::string text_of(const Result<std::optional<T>>& result, Text text) {
  if (!result.ok()) return "error: " + result.error().message;
  return *result ? text(**result) : "";
}
template <typename Items, typename Text>
std::string texts_of(const Items& items, Text text) {
  std::string out;
  for (const auto& item : items) out += text(item) + ";";
  return out;
}
template <typename E>
std::string total(const std::map<E, int>& counts) {
  int sum = 0;
  for (const auto& [member, count] : counts) sum += count;
  return sum == 0 ? "" : std::to_string(sum);
}

// The answer of every reading method.
std::map<std::string, std::string> TenancyConformance::seen_by(std::string_view tenant) {
  std::map<std::string, std::string> out;
  const Status status = store_->read([&](Transaction& transaction) -> Status {
    Rows& rows = transaction.tenant(tenant);
    const PageRequest page;
    const auto name = [](const auto& item) { return item.name; };
    const auto kind = [](const StoredObservation& item) { return item.observation.kind; };
    const auto threat = [](const auto& item) { return item.threat; };
    out["device"] = text_of(rows.device("d"), name);
    out["devices"] = texts_of(rows.devices({}, page)->items, name);
    out["count_devices_by_risk"] = total(*rows.count_devices_by_risk());
    out["count_devices_by_protection"] = total(*rows.count_devices_by_protection());
    out["observation"] = text_of(rows.observation("d", "o"), kind);
    out["observations"] = texts_of(rows.observations("d", page)->items, kind);
    const auto summary = [](const Finding& item) { return item.summary; };
    out["finding"] = text_of(rows.finding("d", "f"), summary);
    out["findings"] = texts_of(rows.findings("d", page)->items, summary);
    out["problem"] = text_of(rows.problem("p"), threat);
    out["problems"] = texts_of(*rows.problems("d"), threat);
    out["expired"] = texts_of(*rows.devices_with_problems_expired(from_millis(9), 9),
                              [](const std::string& id) { return id; });
    out["top_threats"] = texts_of(*rows.top_threats(9), [](const ThreatCount& count) {
      return count.threat + std::to_string(count.open_problems);
    });
    const auto rule = [](const Decision& item) { return item.rule; };
    out["decision"] = text_of(rows.decision("x"), rule);
    out["decisions"] = texts_of(rows.decisions("d", page)->items, rule);
    const auto title = [](const Action& item) { return item.title; };
    out["action"] = text_of(rows.action("c"), title);
    out["actions"] = texts_of(rows.actions({}, page)->items, title);
    out["alert"] = text_of(rows.alert("a"), threat);
    out["alert_of_problem"] = text_of(rows.alert_of_problem("p"), threat);
    out["alerts"] = texts_of(rows.alerts({}, page)->items, threat);
    out["alerts of"] = texts_of(rows.alerts({.text = "red"}, page)->items, threat);
    out["count_alerts"] = total(*rows.count_alerts());
    out["alerts_per_day"] = texts_of(*rows.alerts_per_day(from_millis(0)),
                                     [](const DayCount& day) { return std::to_string(day.count); });
    const auto source = [](const PolicyDocument& item) { return item.source; };
    out["policies_in_force"] = texts_of(*rows.policies_in_force(), source);
    out["policy_history"] = texts_of(*rows.policy_history("q"), source);
    out["cleared"] = texts_of(*rows.cleared("d"), [](const Cleared& item) { return item.threat; });
    const auto hash = [](const Administrator& item) { return item.password_hash; };
    out["administrator"] = text_of(rows.administrator("1"), hash);
    out["administrator_by_name"] = text_of(rows.administrator_by_name("ada"), hash);
    out["administrators"] = texts_of(*rows.administrators(), hash);
    out["session"] =
        text_of(rows.session("s"), [](const Session& item) { return item.csrf_token; });
    out["api_token_by_digest"] = text_of(rows.api_token_by_digest("h"), name);
    out["api_tokens"] = texts_of(*rows.api_tokens(), name);
    const auto person = [](const EnrolmentToken& item) { return item.person; };
    out["enrolment_token"] = text_of(rows.enrolment_token("e"), person);
    out["enrolment_tokens"] = texts_of(rows.enrolment_tokens(page)->items, person);
    out["enrolment_token_by_digest"] = text_of(rows.enrolment_token_by_digest("h"), person);
    const auto owner = [](const DeviceCertificate& item) { return item.device_id; };
    out["certificate"] = text_of(rows.certificate("01"), owner);
    out["certificates"] = texts_of(*rows.certificates("d-red"), owner);
    out["scanned app"] =
        text_of(rows.scanned_app("s"), [](const ScannedApp& app) { return app.label; });
    out["compared apps"] =
        texts_of(*rows.compared_apps(9), [](const ComparedApp& app) { return app.label; });
    out["scanned apps"] = texts_of(rows.scanned_apps({}, page)->items,
                                   [](const ScannedApp& app) { return app.label; });
    out["app signers"] = texts_of(*rows.app_signers("package"),
                                  [](const FleetSigner& one) { return one.signer.signer; });
    out["audit"] = texts_of(rows.audit(page)->items, [](const AuditEntry& e) { return e.detail; });
    out["due_deliveries"] =
        texts_of(*rows.due_deliveries("n", from_millis(9), 9),
                 [](const Delivery& d) { return d.item.event + std::to_string(d.attempts); });
    const auto connector = *rows.connector_status("n");
    if (connector.queued + connector.delivered > 0)
      out["connector"] = std::to_string(connector.queued) + "/" + connector.last_error;
    out["setting"] = text_of(rows.setting("k"), [](const std::string& value) { return value; });
    return {};
  });
  EXPECT_TRUE(status.ok()) << status.error().message;
  return out;
}

TEST_P(TenancyConformance, NoMethodReadsAnotherTenantsRows) {
  ASSERT_TRUE(with("acme", [](Rows& rows) { return fill(rows, "red"); }).ok());
  for (const auto& [method, text] : seen_by("acme")) EXPECT_NE(text, "") << method;
  for (const auto& [method, text] : seen_by("globex")) EXPECT_EQ(text, "") << method;
  ASSERT_TRUE(with("globex", [](Rows& rows) { return fill(rows, "blue"); }).ok());
  for (const auto& [method, text] : seen_by("acme"))
    EXPECT_EQ(text.find("blue"), std::string::npos) << method;
  for (const auto& [method, text] : seen_by("globex"))
    EXPECT_EQ(text.find("red"), std::string::npos) << method;
}

TEST_P(TenancyConformance, NoMethodChangesAnotherTenantsRows) {
  ASSERT_TRUE(with("acme", [](Rows& rows) { return fill(rows, "red"); }).ok());
  ASSERT_TRUE(with("globex", [](Rows& rows) { return fill(rows, "blue"); }).ok());
  const auto before = seen_by("acme");
  ASSERT_TRUE(with("globex", [](Rows& rows) -> Status {
                BARTIZAN_TRY(rows.put_device({.id = "d", .name = "green"}));
                BARTIZAN_TRY(rows.put_problem({.id = "p", .device_id = "z"}));
                BARTIZAN_TRY(rows.put_cleared("d", {.threat = "red", .sequence = 9}));
                BARTIZAN_TRY(rows.remove_cleared("d", 99));
                BARTIZAN_TRY(rows.remove_app_signer("d", "package"));
                BARTIZAN_TRY(rows.put_action({.id = "c"}));
                BARTIZAN_TRY(rows.put_alert({.id = "a", .problem_id = "p2"}));
                BARTIZAN_TRY(rows.add_policy_version({.id = "q", .version = 2}));
                BARTIZAN_TRY(rows.put_administrator({.id = "1", .name = "eve"}));
                BARTIZAN_TRY(rows.remove_administrator("1"));
                BARTIZAN_TRY(rows.remove_session("s"));
                BARTIZAN_TRY(rows.remove_sessions_of("1"));
                BARTIZAN_TRY(rows.remove_sessions_ended(from_millis(99), from_millis(99)));
                BARTIZAN_TRY(rows.put_api_token({.id = "t", .token_digest = "g"}));
                BARTIZAN_TRY(rows.put_enrolment_token({.id = "e", .token_digest = "g"}));
                BARTIZAN_TRY(rows.put_certificate({.serial = "01"}));
                BARTIZAN_TRY(rows.mark_failed("n", "i", from_millis(99), "refused"));
                BARTIZAN_TRY(rows.mark_delivered("n", "i", from_millis(3)));
                return rows.put_setting("k", "");
              }).ok());
  EXPECT_EQ(seen_by("acme"), before);
}

}  // namespace
}  // namespace bartizan::store
