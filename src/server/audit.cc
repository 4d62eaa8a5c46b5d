#include "server/audit.h"

#include "base/id.h"

namespace bartizan::server {

Status audit(store::Rows& rows, Timestamp now, Random& random, std::string_view actor,
             std::string_view action, std::string_view object, const json::object& detail) {
  return rows.add_audit({.id = new_uuid(now, random),
                         .at = now,
                         .actor = std::string(actor),
                         .action = std::string(action),
                         .object = std::string(object),
                         .detail = json::serialize(detail)});
}

}  // namespace bartizan::server
