// Rows of one tenant over one connection; implemented by subject in devices.cc, detections.cc,
// responses.cc, people.cc, scanned_apps.cc, app_signers.cc and outbox.cc.
#pragma once

#include <string>
#include <string_view>

#include "store/sqlite/database.h"
#include "store/sqlite/fields.h"
#include "store/store.h"

namespace bartizan::store::sqlite {

// "INSERT INTO table (tenant, columns) VALUES (?, ...)", then on a second row of the same key:
std::string insert_or_replace(std::string_view table, std::string_view key,
                              std::string_view columns);
std::string insert_or_keep(std::string_view table, std::string_view key, std::string_view columns);
std::string select(std::string_view columns, std::string_view table, std::string_view rest);

// A query being put together: text and, in step, the values of its parameters.
struct Query {
  std::string text;
  std::vector<Value> values;

  void where(std::string_view condition) { text.append(" AND ").append(condition); }
  void where(std::string_view condition, Value value) {
    where(condition);
    values.push_back(std::move(value));
  }
  // column IN (spellings of `states`); nothing for an empty list.
  template <typename E>
  void where_any(std::string_view column, const std::vector<E>& states) {
    if (states.empty()) return;
    std::string condition(column);
    for (std::size_t i = 0; i < states.size(); ++i) {
      condition += i == 0 ? " IN (?" : ", ?";
      values.emplace_back(std::string(to_string(states[i])));
    }
    where(condition + ")");
  }
};
// Patterns of LIKE ... ESCAPE '\' that find `text` anywhere or at the beginning.
std::string containing(std::string_view text);
std::string beginning_with(std::string_view text);

// How a listing is ordered: `columns` all in one direction, the last one unique.
struct Listing {
  std::string_view name;
  std::string_view columns;
  bool ascending = false;
};

class SqliteRows final : public Rows {
 public:
  SqliteRows(Database& database, std::string tenant, std::string_view cursor_key)
      : database_(database), tenant_(std::move(tenant)), cursor_key_(cursor_key) {}

  Status put_device(const Device& device) override;
  Result<std::optional<Device>> device(std::string_view id) override;
  Result<Page<Device>> devices(const DeviceFilter& filter, const PageRequest& page) override;
  Result<std::map<Risk, int>> count_devices_by_risk() override;
  Result<std::map<ProtectionState, int>> count_devices_by_protection() override;

  Result<bool> add_observation(const StoredObservation& stored) override;
  Result<Page<StoredObservation>> observations(std::string_view device_id,
                                               const PageRequest& page) override;
  Result<std::optional<StoredObservation>> observation(std::string_view device_id,
                                                       std::string_view id) override;
  Status add_finding(const Finding& finding) override;
  Result<std::optional<Finding>> finding(std::string_view device_id, std::string_view id) override;
  Result<Page<Finding>> findings(std::string_view device_id, const PageRequest& page) override;

  Status put_problem(const Problem& problem) override;
  Result<std::optional<Problem>> problem(std::string_view id) override;
  Result<std::vector<Problem>> problems(std::string_view device_id) override;
  Result<std::vector<std::string>> devices_with_problems_expired(Timestamp now, int limit) override;
  Result<std::vector<ThreatCount>> top_threats(int limit) override;

  Status put_cleared(std::string_view device_id, const Cleared& cleared) override;
  Result<std::vector<Cleared>> cleared(std::string_view device_id) override;
  Status remove_cleared(std::string_view device_id, std::int64_t before) override;

  Status add_decision(const Decision& decision) override;
  Result<std::optional<Decision>> decision(std::string_view id) override;
  Result<Page<Decision>> decisions(std::string_view device_id, const PageRequest& page) override;
  Status put_action(const Action& action) override;
  Result<std::optional<Action>> action(std::string_view id) override;
  Result<Page<Action>> actions(const ActionFilter& filter, const PageRequest& page) override;
  Status put_alert(const Alert& alert) override;
  Result<std::optional<Alert>> alert(std::string_view id) override;
  Result<std::optional<Alert>> alert_of_problem(std::string_view problem_id) override;
  Result<Page<Alert>> alerts(const AlertFilter& filter, const PageRequest& page) override;
  Result<std::map<AlertState, int>> count_alerts() override;
  Result<std::vector<DayCount>> alerts_per_day(Timestamp since) override;

  Status add_policy_version(const PolicyDocument& document) override;
  Result<std::vector<PolicyDocument>> policies_in_force() override;
  Result<std::vector<PolicyDocument>> policy_history(std::string_view id) override;

  Status put_administrator(const Administrator& administrator) override;
  Result<std::optional<Administrator>> administrator(std::string_view id) override;
  Result<std::optional<Administrator>> administrator_by_name(std::string_view name) override;
  Result<std::vector<Administrator>> administrators() override;
  Status remove_administrator(std::string_view id) override;
  Status put_session(const Session& session) override;
  Result<std::optional<Session>> session(std::string_view token_digest) override;
  Status remove_session(std::string_view token_digest) override;
  Status remove_sessions_of(std::string_view administrator_id) override;
  Status remove_sessions_ended(Timestamp now, Timestamp idle_since) override;
  Status put_api_token(const ApiToken& token) override;
  Result<std::optional<ApiToken>> api_token_by_digest(std::string_view token_digest) override;
  Result<std::vector<ApiToken>> api_tokens() override;

  Status put_enrolment_token(const EnrolmentToken& token) override;
  Result<std::optional<EnrolmentToken>> enrolment_token(std::string_view id) override;
  Result<Page<EnrolmentToken>> enrolment_tokens(const PageRequest& page) override;
  Result<std::optional<EnrolmentToken>> enrolment_token_by_digest(
      std::string_view token_digest) override;
  Status put_certificate(const DeviceCertificate& certificate) override;
  Result<std::optional<DeviceCertificate>> certificate(std::string_view serial) override;
  Result<std::vector<DeviceCertificate>> certificates(std::string_view device_id) override;

  Status put_scanned_app(const ScannedApp& app) override;
  Result<std::optional<ScannedApp>> scanned_app(std::string_view sha256) override;
  Result<bool> has_scanned_app(std::string_view sha256) override;
  Result<Page<ScannedApp>> scanned_apps(const ScannedAppFilter& filter,
                                        const PageRequest& page) override;
  Result<std::vector<ComparedApp>> compared_apps(int limit) override;

  Result<bool> put_app_signer(std::string_view device_id, std::string_view package,
                              const AppSigner& signer, Timestamp now) override;
  Status remove_app_signer(std::string_view device_id, std::string_view package) override;
  Result<std::vector<FleetSigner>> app_signers(std::string_view package) override;

  Status add_audit(const AuditEntry& entry) override;
  Result<Page<AuditEntry>> audit(const PageRequest& page) override;

  Status add_outbox(const OutboxItem& item, std::span<const std::string> connectors) override;
  Result<std::vector<Delivery>> due_deliveries(std::string_view connector, Timestamp now,
                                               int limit) override;
  Status mark_delivered(std::string_view connector, std::string_view item_id,
                        Timestamp now) override;
  Status mark_failed(std::string_view connector, std::string_view item_id, Timestamp next_attempt,
                     std::string_view error) override;
  Result<ConnectorStatus> connector_status(std::string_view connector) override;

  Status put_setting(std::string_view key, std::string_view value) override;
  Result<std::optional<std::string>> setting(std::string_view key) override;

 private:
  // Adds where the page starts, the order and the limit to `query` (already "SELECT ... WHERE
  // tenant = ?").
  Status turn_to(const Listing& listing, const PageRequest& page, Query& query) const;
  std::string end_of(const Listing& listing, const std::vector<Value>& values) const;

  // Runs `query` for one page: `read(statement, item)` fills an item, `key_of(item)` gives its
  // values of the listing's columns.
  template <typename T, typename Read, typename KeyOf>
  Result<Page<T>> page_of(const Listing& listing, Query query, const PageRequest& request,
                          Read read, KeyOf key_of) {
    BARTIZAN_TRY(turn_to(listing, request, query));
    Page<T> page;
    Statement statement = database_.query(query.text, query.values);
    while (true) {
      BARTIZAN_ASSIGN(const bool row, statement.step());
      if (!row) break;
      if (page.items.size() == static_cast<std::size_t>(request.limit)) {
        page.next = end_of(listing, key_of(page.items.back()));
        break;
      }
      BARTIZAN_TRY(read(statement, page.items.emplace_back()));
    }
    return page;
  }

  Database& database_;
  std::string tenant_;
  std::string_view cursor_key_;  // owned by the store
};

// Fills an item whose columns are those of fields(item).
struct ReadFields {
  template <typename T>
  Status operator()(Statement& statement, T& item) const {
    statement.read(fields(item));
    return statement.readable();
  }
};

// The first row, if any.
template <typename T, typename Read = ReadFields>
Result<std::optional<T>> first(Statement statement, Read read = {}) {
  BARTIZAN_ASSIGN(const bool row, statement.step());
  if (!row) return std::optional<T>();
  T item;
  BARTIZAN_TRY(read(statement, item));
  return std::optional<T>(std::move(item));
}

template <typename T, typename Read = ReadFields>
Result<std::vector<T>> all(Statement statement, Read read = {}) {
  std::vector<T> items;
  while (true) {
    BARTIZAN_ASSIGN(const bool row, statement.step());
    if (!row) return items;
    BARTIZAN_TRY(read(statement, items.emplace_back()));
  }
}

}  // namespace bartizan::store::sqlite
