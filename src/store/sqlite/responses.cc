#include "store/sqlite/sqlite_rows.h"

namespace bartizan::store::sqlite {
namespace {

constexpr Listing kDecisions{.name = "decisions", .columns = "decided_at, id"};
constexpr Listing kActions{.name = "actions", .columns = "created_at, id"};
constexpr Listing kAlerts{.name = "alerts", .columns = "severity_rank, last_seen, id"};

// The value of severity_rank in the schema.
std::int64_t severity_rank(Severity severity) { return static_cast<std::int64_t>(severity); }

Status read_decision(Statement& statement, Decision& decision) {
  json::object document;
  statement.read(document);
  BARTIZAN_TRY(statement.readable());
  BARTIZAN_ASSIGN(decision, decision_from_json(document));
  return {};
}

}  // namespace

Status SqliteRows::add_decision(const Decision& decision) {
  static const std::string kAdd =
      insert_or_keep("decisions", "id", "id, device_id, decided_at, document");
  return database_.run(kAdd, tenant_, decision.id, decision.device_id, decision.decided_at,
                       to_json(decision));
}

Result<std::optional<Decision>> SqliteRows::decision(std::string_view id) {
  static const std::string kGet = select("document", "decisions", " AND id = ?");
  return first<Decision>(database_.query(kGet, tenant_, id), read_decision);
}

Result<Page<Decision>> SqliteRows::decisions(std::string_view device_id, const PageRequest& page) {
  Query query{.text = select("document", "decisions", " AND device_id = ?"),
              .values = {tenant_, std::string(device_id)}};
  return page_of<Decision>(kDecisions, std::move(query), page, read_decision,
                           [](const Decision& decision) {
                             return std::vector<Value>{to_millis(decision.decided_at), decision.id};
                           });
}

Status SqliteRows::put_action(const Action& action) {
  static const std::string kPut = insert_or_replace("actions", "id", kActionColumns);
  return database_.run(kPut, tenant_, fields(action));
}

Result<std::optional<Action>> SqliteRows::action(std::string_view id) {
  static const std::string kGet = select(kActionColumns, "actions", " AND id = ?");
  return first<Action>(database_.query(kGet, tenant_, id));
}

Result<Page<Action>> SqliteRows::actions(const ActionFilter& filter, const PageRequest& page) {
  Query query{.text = select(kActionColumns, "actions", ""), .values = {tenant_}};
  if (!filter.device_id.empty()) query.where("device_id = ?", filter.device_id);
  query.where_any("state", filter.states);
  return page_of<Action>(kActions, std::move(query), page, ReadFields(), [](const Action& action) {
    return std::vector<Value>{to_millis(action.created_at), action.id};
  });
}

Status SqliteRows::put_alert(const Alert& alert) {
  static const std::string kPut = insert_or_replace("alerts", "id", kAlertColumns);
  return database_.run(kPut, tenant_, fields(alert));
}

Result<std::optional<Alert>> SqliteRows::alert(std::string_view id) {
  static const std::string kGet = select(kAlertColumns, "alerts", " AND id = ?");
  return first<Alert>(database_.query(kGet, tenant_, id));
}

Result<std::optional<Alert>> SqliteRows::alert_of_problem(std::string_view problem_id) {
  static const std::string kGet = select(kAlertColumns, "alerts", " AND problem_id = ?");
  return first<Alert>(database_.query(kGet, tenant_, problem_id));
}

Result<Page<Alert>> SqliteRows::alerts(const AlertFilter& filter, const PageRequest& page) {
  Query query{.text = select(kAlertColumns, "alerts", ""), .values = {tenant_}};
  query.where_any("state", filter.states);
  if (filter.min_severity) query.where("severity_rank >= ?", severity_rank(*filter.min_severity));
  if (!filter.threat.empty()) query.where("threat = ?", filter.threat);
  if (!filter.device_id.empty()) query.where("device_id = ?", filter.device_id);
  if (!filter.text.empty()) {
    query.where(R"((threat LIKE ? ESCAPE '\' OR subject_key LIKE ? ESCAPE '\')"
                R"( OR subject_label LIKE ? ESCAPE '\' OR device_id IN)"
                R"( (SELECT id FROM devices WHERE tenant = ? AND name LIKE ? ESCAPE '\')))");
    query.values.insert(query.values.end(), 3, containing(filter.text));
    query.values.emplace_back(tenant_);
    query.values.emplace_back(containing(filter.text));
  }
  return page_of<Alert>(kAlerts, std::move(query), page, ReadFields(), [](const Alert& alert) {
    return std::vector<Value>{severity_rank(alert.severity), to_millis(alert.last_seen), alert.id};
  });
}

Result<std::map<AlertState, int>> SqliteRows::count_alerts() {
  std::map<AlertState, int> counts{{AlertState::kOpen, 0},
                                   {AlertState::kAcknowledged, 0},
                                   {AlertState::kResolved, 0},
                                   {AlertState::kFalsePositive, 0}};
  Statement statement = database_.query(
      "SELECT state, count(*) FROM alerts WHERE tenant = ? GROUP BY state", tenant_);
  while (true) {
    BARTIZAN_ASSIGN(const bool row, statement.step());
    if (!row) return counts;
    AlertState state{};
    int count = 0;
    statement.read(state, count);
    BARTIZAN_TRY(statement.readable());
    counts[state] = count;
  }
}

Result<std::vector<DayCount>> SqliteRows::alerts_per_day(Timestamp since) {
  return all<DayCount>(
      database_.query("SELECT strftime('%Y-%m-%d', first_seen / 1000, 'unixepoch') AS day, "
                      "severity, count(*) FROM alerts WHERE tenant = ? AND first_seen >= ? "
                      "GROUP BY day, severity ORDER BY day, severity_rank DESC",
                      tenant_, since),
      [](Statement& statement, DayCount& day) {
        statement.read(day.day, day.severity, day.count);
        return statement.readable();
      });
}

Status SqliteRows::add_policy_version(const PolicyDocument& document) {
  static const std::string kAdd = insert_or_keep("policies", "id, version", kPolicyColumns);
  Statement newest =
      database_.query("SELECT coalesce(max(version), 0) FROM policies WHERE tenant = ? AND id = ?",
                      tenant_, document.id);
  BARTIZAN_TRY(newest.step());
  int version = 0;
  newest.read(version);
  if (document.version != version + 1) {
    return Error{ErrorCode::kConflict, "policy " + document.id + " is at version " +
                                           std::to_string(version) + "; the next one is " +
                                           std::to_string(version + 1)};
  }
  return database_.run(kAdd, tenant_, fields(document));
}

Result<std::vector<PolicyDocument>> SqliteRows::policies_in_force() {
  static const std::string kList =
      select(kPolicyColumns, "policies AS this",
             " AND version = (SELECT max(version) FROM policies WHERE tenant = this.tenant AND id "
             "= this.id) ORDER BY id");
  return all<PolicyDocument>(database_.query(kList, tenant_));
}

Result<std::vector<PolicyDocument>> SqliteRows::policy_history(std::string_view id) {
  static const std::string kList =
      select(kPolicyColumns, "policies", " AND id = ? ORDER BY version DESC");
  return all<PolicyDocument>(database_.query(kList, tenant_, id));
}

}  // namespace bartizan::store::sqlite
