#include "store/sqlite/sqlite_rows.h"

namespace bartizan::store::sqlite {
namespace {

constexpr Listing kDevices{.name = "devices", .columns = "risk_order, name, id", .ascending = true};

// A phone nobody watches may have problems, but is never known to have none.
constexpr const char* kWatched = "protection IN ('active', 'degraded')";

// The value of risk_order in the schema.
std::int64_t risk_order(Risk risk) {
  return static_cast<std::int64_t>(Risk::kHigh) - static_cast<std::int64_t>(risk);
}

// Counts per spelling, every member of `all_members` present.
template <typename E>
Result<std::map<E, int>> count_by(Statement statement, std::initializer_list<E> all_members) {
  std::map<E, int> counts;
  for (const E member : all_members) counts[member] = 0;
  while (true) {
    BARTIZAN_ASSIGN(const bool row, statement.step());
    if (!row) return counts;
    E member{};
    int count = 0;
    statement.read(member, count);
    BARTIZAN_TRY(statement.readable());
    counts[member] = count;
  }
}

}  // namespace

Status SqliteRows::put_device(const Device& device) {
  static const std::string kPut = insert_or_replace("devices", "id", kDeviceColumns);
  return database_.run(kPut, tenant_, fields(device));
}

Result<std::optional<Device>> SqliteRows::device(std::string_view id) {
  static const std::string kGet = select(kDeviceColumns, "devices", " AND id = ?");
  return first<Device>(database_.query(kGet, tenant_, id));
}

Result<Page<Device>> SqliteRows::devices(const DeviceFilter& filter, const PageRequest& page) {
  Query query{.text = select(kDeviceColumns, "devices", ""), .values = {tenant_}};
  if (filter.risk) query.where("risk_order = ?", risk_order(*filter.risk));
  if (filter.risk == Risk::kSecured) query.where(kWatched);
  if (filter.protection) query.where("protection = ?", std::string(to_string(*filter.protection)));
  if (filter.platform) query.where("platform = ?", std::string(to_string(*filter.platform)));
  if (!filter.group.empty()) query.where("policy_group = ?", filter.group);
  if (!filter.include_retired) query.where("state NOT IN ('replaced', 'left')");
  if (!filter.text.empty()) {
    query.where(
        R"((name LIKE ? ESCAPE '\' OR person LIKE ? ESCAPE '\' OR model LIKE ? ESCAPE '\'))");
    query.values.insert(query.values.end(), 3, containing(filter.text));
  }
  return page_of<Device>(kDevices, std::move(query), page, ReadFields(), [](const Device& device) {
    return std::vector<Value>{risk_order(device.risk), device.name, device.id};
  });
}

Result<std::map<Risk, int>> SqliteRows::count_devices_by_risk() {
  return count_by<Risk>(
      database_.query("SELECT risk, count(*) FROM devices WHERE tenant = ? AND state = 'enrolled' "
                      "AND (risk <> 'secured' OR " +
                          std::string(kWatched) + ") GROUP BY risk",
                      tenant_),
      {Risk::kSecured, Risk::kLow, Risk::kMedium, Risk::kHigh});
}

Result<std::map<ProtectionState, int>> SqliteRows::count_devices_by_protection() {
  return count_by<ProtectionState>(
      database_.query("SELECT protection, count(*) FROM devices WHERE tenant = ? AND state = "
                      "'enrolled' GROUP BY protection",
                      tenant_),
      {ProtectionState::kPending, ProtectionState::kActive, ProtectionState::kDegraded,
       ProtectionState::kInactive, ProtectionState::kTampered});
}

}  // namespace bartizan::store::sqlite
