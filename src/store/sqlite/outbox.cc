#include "store/sqlite/sqlite_rows.h"

namespace bartizan::store::sqlite {

Status SqliteRows::add_outbox(const OutboxItem& item, std::span<const std::string> connectors) {
  if (connectors.empty()) return {};
  BARTIZAN_TRY(database_.run(
      "INSERT INTO outbox (tenant, position, id, device_id, kind, event, created_at) VALUES (?1, "
      "(SELECT coalesce(max(position), 0) + 1 FROM outbox WHERE tenant = ?1), ?2, ?3, ?4, ?5, ?6) "
      "ON CONFLICT (tenant, id) DO NOTHING",
      tenant_, item.id, item.device_id, item.kind, item.event, item.created_at));
  if (database_.changes() == 0) return {};
  for (const std::string& connector : connectors) {
    BARTIZAN_TRY(database_.run(
        "INSERT INTO deliveries (tenant, connector, position, device_id, attempts, next_attempt) "
        "SELECT tenant, ?3, position, device_id, 0, created_at FROM outbox WHERE tenant = ?1 AND "
        "id = ?2",
        tenant_, item.id, connector));
  }
  return {};
}

// The planner knows nothing of how few deliveries of a device wait: by its own choice it would look
// at everything queued before, for each row. The index leads to those that wait alone.
Result<std::vector<Delivery>> SqliteRows::due_deliveries(std::string_view connector, Timestamp now,
                                                         int limit) {
  return all<Delivery>(
      database_.query(
          "SELECT this.connector, outbox.id, outbox.device_id, outbox.kind, outbox.event, "
          "outbox.created_at, this.attempts, this.next_attempt "
          "FROM deliveries AS this JOIN outbox USING (tenant, position) "
          "WHERE this.tenant = ?1 AND this.connector = ?2 AND this.next_attempt <= ?3 AND NOT "
          "EXISTS (SELECT 1 FROM deliveries AS ahead INDEXED BY deliveries_by_device WHERE "
          "ahead.tenant = ?1 AND ahead.connector = ?2 AND ahead.device_id = this.device_id AND "
          "ahead.next_attempt > ?3 AND ahead.position < this.position) "
          "ORDER BY this.position LIMIT ?4",
          tenant_, connector, now, limit),
      [](Statement& statement, Delivery& delivery) {
        OutboxItem& item = delivery.item;
        statement.read(delivery.connector, item.id, item.device_id, item.kind, item.event,
                       item.created_at, delivery.attempts, delivery.next_attempt);
        return statement.readable();
      });
}

Status SqliteRows::mark_delivered(std::string_view connector, std::string_view item_id,
                                  Timestamp now) {
  BARTIZAN_TRY(database_.run(
      "DELETE FROM deliveries WHERE tenant = ?1 AND connector = ?2 AND position = (SELECT position "
      "FROM outbox WHERE tenant = ?1 AND id = ?3)",
      tenant_, connector, item_id));
  if (database_.changes() == 0) return {};
  BARTIZAN_TRY(database_.run(
      "INSERT INTO connectors (tenant, connector, delivered, last_error, last_delivered_at) VALUES "
      "(?1, ?2, 1, '', ?3) ON CONFLICT (tenant, connector) DO UPDATE SET delivered = delivered + "
      "1, last_error = '', last_delivered_at = ?3",
      tenant_, connector, now));
  // Nobody waits for it any longer: what it says about a person is not kept here.
  return database_.run(
      "DELETE FROM outbox WHERE tenant = ?1 AND id = ?2 AND NOT EXISTS (SELECT 1 FROM deliveries "
      "WHERE deliveries.tenant = ?1 AND deliveries.position = outbox.position)",
      tenant_, item_id);
}

Status SqliteRows::mark_failed(std::string_view connector, std::string_view item_id,
                               Timestamp next_attempt, std::string_view error) {
  BARTIZAN_TRY(database_.run(
      "UPDATE deliveries SET attempts = attempts + 1, next_attempt = ?4 WHERE tenant = ?1 AND "
      "connector = ?2 AND position = (SELECT position FROM outbox WHERE tenant = ?1 AND id = ?3)",
      tenant_, connector, item_id, next_attempt));
  if (database_.changes() == 0) return {};
  return database_.run(
      "INSERT INTO connectors (tenant, connector, delivered, last_error, last_delivered_at) VALUES "
      "(?1, ?2, 0, ?3, NULL) ON CONFLICT (tenant, connector) DO UPDATE SET last_error = ?3",
      tenant_, connector, error);
}

Result<Rows::ConnectorStatus> SqliteRows::connector_status(std::string_view connector) {
  ConnectorStatus status;
  Statement queued = database_.query(
      "SELECT count(*) FROM deliveries WHERE tenant = ? AND connector = ?", tenant_, connector);
  BARTIZAN_TRY(queued.step());
  queued.read(status.queued);
  Statement totals = database_.query(
      "SELECT delivered, last_error, last_delivered_at FROM connectors WHERE tenant = ? AND "
      "connector = ?",
      tenant_, connector);
  BARTIZAN_ASSIGN(const bool row, totals.step());
  if (row) totals.read(status.delivered, status.last_error, status.last_delivered_at);
  return status;
}

}  // namespace bartizan::store::sqlite
