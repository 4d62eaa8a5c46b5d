// What waits to be delivered to other systems. Stored in the transaction that caused it; delivered
// at least once with a stable id, in order per device.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.h"

namespace bartizan {

struct OutboxItem {
  std::string id;  // UUIDv7; the receiver de-duplicates by it
  std::string device_id;
  std::string kind;   // "problem.opened", "problem.reopened", "problem.resolved" (docs/events.md)
  std::string event;  // the JSON event, docs/events.md
  Timestamp created_at;
};

// One connector's view of one item.
struct Delivery {
  std::string connector;  // id of the configured connector
  OutboxItem item;
  int attempts = 0;
  Timestamp next_attempt;
};

}  // namespace bartizan
