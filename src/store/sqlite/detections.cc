#include "store/sqlite/sqlite_rows.h"

namespace bartizan::store::sqlite {
namespace {

constexpr Listing kObservations{.name = "observations", .columns = "received_at, sequence, id"};
constexpr Listing kFindings{.name = "findings", .columns = "evaluated_at, id"};

Status read_finding(Statement& statement, Finding& finding) {
  json::object document;
  statement.read(document);
  BARTIZAN_TRY(statement.readable());
  BARTIZAN_ASSIGN(finding, finding_from_json(document));
  return {};
}

}  // namespace

Result<bool> SqliteRows::add_observation(const StoredObservation& stored) {
  static const std::string kAdd =
      insert_or_keep("observations", "device_id, id", kObservationColumns);
  BARTIZAN_TRY(database_.run(kAdd, tenant_, fields(stored)));
  return database_.changes() > 0;
}

Result<Page<StoredObservation>> SqliteRows::observations(std::string_view device_id,
                                                         const PageRequest& page) {
  Query query{.text = select(kObservationColumns, "observations", " AND device_id = ?"),
              .values = {tenant_, std::string(device_id)}};
  return page_of<StoredObservation>(
      kObservations, std::move(query), page, ReadFields(), [](const StoredObservation& stored) {
        return std::vector<Value>{to_millis(stored.received_at), stored.observation.sequence,
                                  stored.observation.id};
      });
}

Result<std::optional<StoredObservation>> SqliteRows::observation(std::string_view device_id,
                                                                 std::string_view id) {
  static const std::string kGet =
      select(kObservationColumns, "observations", " AND device_id = ? AND id = ?");
  return first<StoredObservation>(database_.query(kGet, tenant_, device_id, id));
}

Status SqliteRows::add_finding(const Finding& finding) {
  static const std::string kAdd =
      insert_or_keep("findings", "device_id, id", "id, device_id, evaluated_at, document");
  return database_.run(kAdd, tenant_, finding.id, finding.device_id,
                       finding.judged_with.evaluated_at, to_json(finding));
}

Result<std::optional<Finding>> SqliteRows::finding(std::string_view device_id,
                                                   std::string_view id) {
  static const std::string kGet = select("document", "findings", " AND device_id = ? AND id = ?");
  return first<Finding>(database_.query(kGet, tenant_, device_id, id), read_finding);
}

Result<Page<Finding>> SqliteRows::findings(std::string_view device_id, const PageRequest& page) {
  Query query{.text = select("document", "findings", " AND device_id = ?"),
              .values = {tenant_, std::string(device_id)}};
  return page_of<Finding>(
      kFindings, std::move(query), page, read_finding, [](const Finding& finding) {
        return std::vector<Value>{to_millis(finding.judged_with.evaluated_at), finding.id};
      });
}

Status SqliteRows::put_problem(const Problem& problem) {
  static const std::string kPut = insert_or_replace("problems", "id", kProblemColumns);
  return database_.run(kPut, tenant_, fields(problem));
}

Result<std::optional<Problem>> SqliteRows::problem(std::string_view id) {
  static const std::string kGet = select(kProblemColumns, "problems", " AND id = ?");
  return first<Problem>(database_.query(kGet, tenant_, id));
}

Result<std::vector<Problem>> SqliteRows::problems(std::string_view device_id) {
  static const std::string kList =
      select(kProblemColumns, "problems", " AND device_id = ? ORDER BY opened_at DESC, id DESC");
  return all<Problem>(database_.query(kList, tenant_, device_id));
}

Result<std::vector<std::string>> SqliteRows::devices_with_problems_expired(Timestamp now,
                                                                           int limit) {
  return all<std::string>(
      database_.query("SELECT device_id FROM problems WHERE tenant = ? AND state = 'open' AND "
                      "expires_at IS NOT NULL AND expires_at <= ? GROUP BY device_id "
                      "ORDER BY min(expires_at), device_id LIMIT ?",
                      tenant_, now, limit),
      [](Statement& statement, std::string& id) {
        statement.read(id);
        return statement.readable();
      });
}

Result<std::vector<ThreatCount>> SqliteRows::top_threats(int limit) {
  return all<ThreatCount>(
      database_.query("SELECT threat, count(*) AS open_problems, count(DISTINCT device_id) FROM "
                      "problems WHERE tenant = ? AND state = 'open' GROUP BY threat "
                      "ORDER BY open_problems DESC, threat LIMIT ?",
                      tenant_, limit),
      [](Statement& statement, ThreatCount& threat) {
        statement.read(threat.threat, threat.open_problems, threat.devices);
        return statement.readable();
      });
}

Status SqliteRows::put_cleared(std::string_view device_id, const Cleared& cleared) {
  static const std::string kPut =
      insert_or_replace("cleared", "device_id, threat, subject_kind, subject_key",
                        "device_id, " + std::string(kClearedColumns));
  return database_.run(kPut, tenant_, device_id, fields(cleared));
}

Result<std::vector<Cleared>> SqliteRows::cleared(std::string_view device_id) {
  static const std::string kList =
      select(kClearedColumns, "cleared", " AND device_id = ? ORDER BY sequence DESC");
  return all<Cleared>(database_.query(kList, tenant_, device_id));
}

Status SqliteRows::remove_cleared(std::string_view device_id, std::int64_t before) {
  return database_.run("DELETE FROM cleared WHERE tenant = ? AND device_id = ? AND sequence < ?",
                       tenant_, device_id, before);
}

}  // namespace bartizan::store::sqlite
