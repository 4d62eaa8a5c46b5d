// What is SQLite's own: the file, its schema, and faults beneath it.
#include "store/sqlite/sqlite_store.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <optional>

#include "store/sqlite/fault_vfs.h"

namespace bartizan::store {
namespace {

using sqlite::FaultVfs;
using sqlite::OtherWriter;

struct SqliteStore : testing::Test {
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder = std::filesystem::path(testing::TempDir()) / (std::string("sqlite_") + test->name());
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    path = folder / "store.db";
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  std::unique_ptr<Store> open(const std::string& vfs = "") {
    auto opened =
        open_sqlite({.path = path, .vfs = vfs, .busy_timeout = std::chrono::milliseconds(50)});
    if (!opened.ok()) {
      ADD_FAILURE() << opened.error().message;
      return nullptr;
    }
    return std::move(*opened);
  }
  static Status put(Store& store, const std::string& key, std::string_view value = "x") {
    return store.write([&](Transaction& transaction) {
      return transaction.tenant("default").put_setting(key, value);
    });
  }
  static bool has(Store& store, const std::string& key) {
    bool found = false;
    const Status status = store.read([&](Transaction& transaction) -> Status {
      BARTIZAN_ASSIGN(const auto value, transaction.tenant("default").setting(key));
      found = value.has_value();
      return {};
    });
    EXPECT_TRUE(status.ok()) << status.error().message;
    return found;
  }

  std::filesystem::path folder;
  std::filesystem::path path;
};

TEST_F(SqliteStore, ItsFilesAreTheOwnersAlone) {
  const auto store = open();
  ASSERT_TRUE(put(*store, "k").ok());
  for (const char* suffix : {"", "-wal", "-shm"}) {
    struct stat status;
    ASSERT_EQ(::stat((path.string() + suffix).c_str(), &status), 0) << suffix;
    EXPECT_EQ(status.st_mode & 0777, 0600u) << suffix;
  }
  const std::string copy = (folder / "copy.db").string();
  ASSERT_TRUE(store->backup(copy).ok());
  struct stat status;
  ASSERT_EQ(::stat(copy.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(SqliteStore, AcknowledgedWritesAreSyncedEachTime) {
  FaultVfs vfs("synced");
  const auto store = open(vfs.name());
  ASSERT_TRUE(put(*store, "first").ok());
  for (int i = 0; i < 5; ++i) {
    const auto before = vfs.syncs();
    ASSERT_TRUE(put(*store, std::to_string(i)).ok());
    EXPECT_GT(vfs.syncs(), before);
  }
}

TEST_F(SqliteStore, ANewerSchemaIsRefusedAndLeftAlone) {
  open().reset();
  std::string version;
  {
    OtherWriter newer(path);
    version = std::to_string(std::stoi(newer.text("PRAGMA user_version")) + 1);
    newer.execute("PRAGMA user_version = " + version);
  }
  const auto refused = open_sqlite({.path = path});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kUnsupported);
  EXPECT_NE(refused.error().message.find("written by a newer program"), std::string::npos);
  EXPECT_EQ(OtherWriter(path).text("PRAGMA user_version"), version);
}

TEST_F(SqliteStore, CertificatesOfAnOlderSchemaKnowWhenTheyWereIssued) {
  ASSERT_TRUE(open()
                  ->write([](Transaction& transaction) {
                    return transaction.tenant("acme").put_certificate(
                        {.serial = "0a",
                         .device_id = "d",
                         .not_after = from_millis(std::int64_t{91} * 86'400'000)});
                  })
                  .ok());
  {
    OtherWriter older(path);
    older.execute("DROP INDEX scanned_apps_compared");
    for (const char* column : {"signer", "signers_past", "icon_hash"})
      older.execute(std::string("ALTER TABLE scanned_apps DROP COLUMN ") + column);
    older.execute("ALTER TABLE scanned_apps DROP COLUMN tlsh");
    older.execute("DROP TABLE app_signers");
    older.execute("DROP TABLE cleared");
    older.execute("ALTER TABLE certificates DROP COLUMN issued_at");
    older.execute("ALTER TABLE certificates DROP COLUMN first_used_at");
    older.execute("PRAGMA user_version = 3");
  }
  ASSERT_TRUE(open()
                  ->read([](Transaction& transaction) -> Status {
                    BARTIZAN_ASSIGN(const auto migrated,
                                    transaction.tenant("acme").certificate("0a"));
                    EXPECT_TRUE(migrated);
                    EXPECT_EQ(migrated->issued_at, from_millis(86'400'000));
                    EXPECT_FALSE(migrated->first_used_at);
                    return {};
                  })
                  .ok());
}

TEST_F(SqliteStore, AFileThatIsNoDatabaseIsRefused) {
  std::FILE* file = std::fopen(path.c_str(), "w");
  std::fputs(std::string(8192, 'x').c_str(), file);
  std::fclose(file);
  const auto refused = open_sqlite({.path = path});
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("database file is damaged"), std::string::npos);
}

TEST_F(SqliteStore, AFolderThatIsNotThereIsAnError) {
  const auto refused = open_sqlite({.path = folder / "none" / "store.db"});
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
}

TEST_F(SqliteStore, EveryKeyAndIndexIsLedByTheTenant) {
  open().reset();
  OtherWriter database(path);
  EXPECT_EQ(database.text("SELECT group_concat(m.name) FROM sqlite_master m JOIN "
                          "pragma_index_list(m.name) l JOIN pragma_index_info(l.name) i WHERE "
                          "m.type = 'table' AND i.seqno = 0 AND i.name <> 'tenant' AND m.name <> "
                          "'meta'"),
            "");
  EXPECT_EQ(database.text("SELECT group_concat(name) FROM sqlite_master m WHERE type = 'table' AND "
                          "name <> 'meta' AND NOT EXISTS (SELECT 1 FROM pragma_table_info(m.name) "
                          "WHERE name = 'tenant' AND pk = 1)"),
            "");
  EXPECT_GT(std::stoi(database.text("SELECT count(*) FROM sqlite_master WHERE type = 'table'")),
            15);
}

TEST_F(SqliteStore, FiltersBeyondTheKeptStatementsWorkToo) {
  const auto store = open();
  const std::vector<AlertState> states = {AlertState::kOpen, AlertState::kResolved};
  for (std::size_t count = 1; count < 600; ++count) {
    AlertFilter filter;
    for (std::size_t i = 0; i < count; ++i) filter.states.push_back(states[i % 2]);
    const Status status = store->read([&](Transaction& transaction) -> Status {
      BARTIZAN_ASSIGN(const auto page, transaction.tenant("default").alerts(filter, {}));
      EXPECT_TRUE(page.items.empty());
      return {};
    });
    ASSERT_TRUE(status.ok()) << count << ": " << status.error().message;
  }
}

struct Fault {
  const char* name;
  void (FaultVfs::*fail)(int);
  const int* code;
  const char* message;
};
class SqliteDiskFault : public SqliteStore, public testing::WithParamInterface<Fault> {};
INSTANTIATE_TEST_SUITE_P(
    Each, SqliteDiskFault,
    testing::Values(Fault{"full", &FaultVfs::fail_writes, &sqlite::kDiskFull, "disk full"},
                    Fault{"write", &FaultVfs::fail_writes, &sqlite::kWriteError, "disk I/O error"},
                    Fault{"sync", &FaultVfs::fail_syncs, &sqlite::kSyncError, "disk I/O error"}),
    [](const auto& parameter) { return std::string(parameter.param.name); });

TEST_P(SqliteDiskFault, AFaultIsReportedLeavesNothingAndPasses) {
  const Fault& fault = GetParam();
  FaultVfs vfs(std::string("fault_") + fault.name);
  auto store = open(vfs.name());
  ASSERT_TRUE(put(*store, "before").ok());
  (vfs.*fault.fail)(*fault.code);
  for (int i = 0; i < 3; ++i) {
    const Status status = put(*store, "during");
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code, ErrorCode::kUnavailable);
    EXPECT_EQ(status.error().message.substr(0, std::string_view(fault.message).size()),
              fault.message);
    EXPECT_EQ(store->check().error().message, status.error().message);
    EXPECT_TRUE(has(*store, "before"));  // reading goes on
    EXPECT_FALSE(has(*store, "during"));
  }
  (vfs.*fault.fail)(0);
  EXPECT_TRUE(store->check().ok());
  EXPECT_FALSE(has(*store, "during"));
  ASSERT_TRUE(put(*store, "after").ok());
  store.reset();
  store = open();
  EXPECT_TRUE(has(*store, "before"));
  EXPECT_FALSE(has(*store, "during"));
  EXPECT_TRUE(has(*store, "after"));
}

TEST_F(SqliteStore, AFunctionThatOverlooksAFaultCommitsNothing) {
  FaultVfs vfs("overlooked");
  const auto store = open(vfs.name());
  vfs.fail_writes(sqlite::kDiskFull);
  int failed = 0;
  int after_failure = 0;
  const Status status = store->write([&](Transaction& transaction) -> Status {
    Rows& rows = transaction.tenant("default");
    // More than the page cache holds, so that SQLite meets the disk before the commit.
    for (int i = 0; i < 64; ++i) {
      const bool ok = rows.put_setting(std::to_string(i), std::string(1 << 18, 'x')).ok();
      if (!ok) ++failed;
      if (ok && failed > 0) ++after_failure;
      if (failed == 1) vfs.fail_writes(0);  // the disk has room again: too late
    }
    return {};
  });
  EXPECT_EQ(status.error().message, "disk full");
  EXPECT_GT(failed, 0);
  EXPECT_EQ(after_failure, 0);
  for (int i = 0; i < 64; ++i) EXPECT_FALSE(has(*store, std::to_string(i))) << i;
  EXPECT_TRUE(put(*store, "later").ok());
}

TEST_F(SqliteStore, WritesAreNumberedSoThatWhatComesBetweenShows) {
  const auto store = open();
  const auto write = [&](const Status& outcome = {}) {
    std::uint64_t number = 0;
    const Status written = store->write([&](Transaction& transaction) -> Status {
      number = transaction.number();
      BARTIZAN_TRY(transaction.tenant("default").put_setting("k", "v"));
      return outcome;
    });
    EXPECT_EQ(written.ok(), outcome.ok());
    return number;
  };
  const std::uint64_t first = write();
  EXPECT_GT(first, 0u);
  EXPECT_EQ(write(), first + 1);
  EXPECT_TRUE(store->check().ok()) << "which writes no row";
  write(Error{ErrorCode::kLimit, "enough"});
  EXPECT_EQ(write(), first + 2) << "what failed was no write";
  EXPECT_TRUE(store
                  ->read([](Transaction& transaction) -> Status {
                    EXPECT_EQ(transaction.number(), 0u);
                    return {};
                  })
                  .ok());

  OtherWriter other(path);
  other.execute("UPDATE settings SET value = 'theirs'");
  write(Error{ErrorCode::kLimit, "enough"});  // notices it, and fails
  EXPECT_GT(write(), first + 3);
}

TEST_F(SqliteStore, AnotherWritersLockIsReportedAndPasses) {
  const auto store = open();
  ASSERT_TRUE(put(*store, "before").ok());
  OtherWriter other(path);
  other.lock();
  EXPECT_EQ(put(*store, "during").error().message, "database is locked");
  EXPECT_EQ(store->check().error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(store->check().error().message, "database is locked");
  EXPECT_TRUE(has(*store, "before"));
  other.unlock();
  EXPECT_TRUE(store->check().ok());
  EXPECT_TRUE(put(*store, "during").ok());
}

// One run: transactions of several rows until the power goes, then the file as the disk has it.
class SqlitePowerCut : public SqliteStore, public testing::WithParamInterface<int> {};
INSTANTIATE_TEST_SUITE_P(At, SqlitePowerCut, testing::Range(0, 24));

TEST_P(SqlitePowerCut, KeepsEveryAcknowledgedTransactionAndNoPartOfAnother) {
  constexpr int kTransactions = 40;
  constexpr int kRows = 4;
  const auto key = [](int transaction, int row) {
    return std::to_string(transaction) + "/" + std::to_string(row);
  };
  FaultVfs vfs("power_" + std::to_string(GetParam()));
  open(vfs.name()).reset();  // the schema is there, all of it synced
  vfs.cut_power_after(3 + 17 * GetParam());
  std::vector<bool> acknowledged(kTransactions);
  {
    std::unique_ptr<Store> store = open(vfs.name());
    for (int t = 0; t < kTransactions && !vfs.power_is_cut(); ++t) {
      const Status status = store->write([&](Transaction& transaction) -> Status {
        for (int row = 0; row < kRows; ++row) {
          BARTIZAN_TRY(
              transaction.tenant("default").put_setting(key(t, row), std::string(3000, 'x')));
        }
        return {};
      });
      acknowledged[static_cast<std::size_t>(t)] = status.ok();
      // Closing moves the log into the database: the cut must be survived there as well.
      if (t % 10 == 9 && !vfs.power_is_cut()) {
        store.reset();
        auto again = open_sqlite({.path = path, .vfs = vfs.name()});
        if (!again.ok()) break;
        store = std::move(*again);
      }
    }
  }
  const bool was_cut = vfs.power_is_cut();
  vfs.restore(GetParam() % 3 == 0 ? std::optional<std::uint64_t>() : std::uint64_t(GetParam()));
  EXPECT_TRUE(was_cut);

  const auto store = open();
  ASSERT_NE(store, nullptr);
  for (int t = 0; t < kTransactions; ++t) {
    int rows = 0;
    for (int row = 0; row < kRows; ++row) rows += has(*store, key(t, row)) ? 1 : 0;
    if (acknowledged[static_cast<std::size_t>(t)]) {
      EXPECT_EQ(rows, kRows) << "transaction " << t;
    } else {
      EXPECT_TRUE(rows == 0 || rows == kRows) << "transaction " << t << ": " << rows;
    }
  }
  EXPECT_EQ(OtherWriter(path).text("PRAGMA integrity_check"), "ok");
  EXPECT_TRUE(put(*store, "after").ok());
}

}  // namespace
}  // namespace bartizan::store
