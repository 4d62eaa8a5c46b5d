#include "server/housekeeping.h"

#include "base/log.h"
#include "problem/fold.h"
#include "server/access.h"

namespace bartizan::server {
namespace {

constexpr int kAtOnce = 200;

// Ids of the phones that `wanted` picks, a page at a time so that readers and writers go between.
Result<std::vector<std::string>> pick_devices(Deps& deps, const std::string& tenant,
                                              const std::function<bool(const Device&)>& wanted) {
  std::vector<std::string> out;
  store::PageRequest page{.limit = kAtOnce, .cursor = {}};
  do {
    const Status read = deps.store.read([&](store::Transaction& transaction) -> Status {
      BARTIZAN_ASSIGN(const auto devices, transaction.tenant(tenant).devices({}, page));
      for (const Device& device : devices.items) {
        if (wanted(device)) out.push_back(device.id);
      }
      page.cursor = devices.next;
      return {};
    });
    if (!read.ok()) return read.error();
  } while (!page.cursor.empty());
  return out;
}

}  // namespace

Status expire_problems(Deps& deps, const std::string& tenant) {
  std::vector<std::string> devices;
  const Status read = deps.store.read([&](store::Transaction& transaction) -> Status {
    BARTIZAN_ASSIGN(devices, transaction.tenant(tenant).devices_with_problems_expired(
                                 deps.clock.now(), kAtOnce));
    return {};
  });
  if (!read.ok()) return read;
  for (const std::string& id : devices) {
    BARTIZAN_TRY(deps.ingest.update_device(tenant, id,
                                           [](DeviceUpdate& update) { return update.expire(); }));
  }
  return {};
}

Status refresh_protection(Deps& deps, const std::string& tenant) {
  const Timestamp now = deps.clock.now();
  BARTIZAN_ASSIGN(const auto devices, pick_devices(deps, tenant, [&](const Device& device) {
                    const auto protection = problem::protection_of(device, now);
                    return protection.state != device.protection ||
                           protection.reason != device.protection_reason;
                  }));
  // Finishing an update brings the protection state up to date.
  for (const std::string& id : devices) {
    BARTIZAN_TRY(deps.ingest.update_device(tenant, id, [](DeviceUpdate&) { return Status(); }));
  }
  return {};
}

Status decide_again(Deps& deps, const std::string& tenant) {
  BARTIZAN_ASSIGN(const auto devices, pick_devices(deps, tenant, [](const Device& device) {
                    return device.state == DeviceState::kEnrolled;
                  }));
  for (const std::string& id : devices) {
    BARTIZAN_TRY(deps.ingest.update_device(
        tenant, id, [](DeviceUpdate& update) { return update.decide_again(); }));
  }
  return {};
}

Status purge_sessions(Deps& deps, const std::string& tenant) {
  const Timestamp now = deps.clock.now();
  return deps.store.write([&](store::Transaction& transaction) {
    return transaction.tenant(tenant).remove_sessions_ended(now, now - kSessionIdle);
  });
}

void keep_house(Deps& deps) {
  const auto tenants = deps.store.tenants();
  if (!tenants) return log::error("housekeeping", {{"why", tenants.error().message}});
  for (const std::string& tenant : *tenants) {
    for (const auto task : {expire_problems, refresh_protection, purge_sessions}) {
      const Status done = task(deps, tenant);
      if (!done.ok()) log::error("housekeeping", {{"why", done.error().message}});
    }
  }
}

}  // namespace bartizan::server
