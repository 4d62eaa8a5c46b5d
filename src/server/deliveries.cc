#include "server/deliveries.h"

namespace bartizan::server {

Result<std::vector<Delivery>> StoreOutbox::due(std::string_view connector, Timestamp now,
                                               int limit) {
  std::vector<Delivery> out;
  const Status read = store_.read([&](store::Transaction& transaction) -> Status {
    BARTIZAN_ASSIGN(out, transaction.tenant(tenant_).due_deliveries(connector, now, limit));
    return {};
  });
  if (!read.ok()) return read.error();
  return out;
}

Status StoreOutbox::settle(std::string_view connector,
                           std::span<const connect::Settlement> settlements, Timestamp now) {
  return store_.write([&](store::Transaction& transaction) -> Status {
    store::Rows& rows = transaction.tenant(tenant_);
    for (const connect::Settlement& settlement : settlements) {
      if (settlement.delivered) {
        BARTIZAN_TRY(rows.mark_delivered(connector, settlement.item_id, now));
      } else {
        BARTIZAN_TRY(rows.mark_failed(connector, settlement.item_id, settlement.next_attempt,
                                      settlement.error));
      }
    }
    return {};
  });
}

}  // namespace bartizan::server
