#include "store/sqlite/sqlite_store.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/id.h"

namespace bartizan::store {
namespace {

TEST(SqliteStore, SmokeForNow) {
  const auto path = std::filesystem::path(testing::TempDir()) / "smoke.db";
  std::filesystem::remove(path);
  auto store = open_sqlite({.path = path});
  ASSERT_TRUE(store.ok()) << store.error().message;
  struct stat status;
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  Device device{.id = "d1", .name = "Ada", .risk = Risk::kHigh, .degraded = {"a", "b\"c"}};
  const Status written = (*store)->write([&](Transaction& transaction) -> Status {
    Rows& rows = transaction.tenant("default");
    BARTIZAN_TRY(rows.put_device(device));
    return rows.add_outbox({.id = "o1", .device_id = "d1", .event = "{}"},
                           std::vector<std::string>{"siem"});
  });
  ASSERT_TRUE(written.ok()) << written.error().message;
  const Status read = (*store)->read([&](Transaction& transaction) -> Status {
    Rows& rows = transaction.tenant("default");
    BARTIZAN_ASSIGN(const auto found, rows.device("d1"));
    EXPECT_EQ(*found, device);
    BARTIZAN_ASSIGN(const auto due, rows.due_deliveries("siem", from_millis(5), 10));
    EXPECT_EQ(due.size(), 1u);
    EXPECT_EQ(rows.put_device(device).error().code, ErrorCode::kDenied);
    return {};
  });
  ASSERT_TRUE(read.ok()) << read.error().message;
}

}  // namespace
}  // namespace bartizan::store
