#include "store/sqlite/sqlite_store.h"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <utility>

#include "base/log.h"
#include "store/sqlite/database.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/sqlite_rows.h"

namespace bartizan::store {
namespace {

using sqlite::Database;
using sqlite::SqliteRows;
using sqlite::Statement;

constexpr std::chrono::milliseconds kLongestCheckWait{500};

using TenantNames = std::set<std::string, std::less<>>;

class SqliteTransaction final : public Transaction {
 public:
  // A read.
  SqliteTransaction(Database& database, std::string_view cursor_key)
      : database_(database), cursor_key_(cursor_key), known_(nullptr) {}
  // A write. `known`: tenants that need not be noted again.
  SqliteTransaction(Database& database, std::string_view cursor_key, const TenantNames& known,
                    std::uint64_t number)
      : database_(database), cursor_key_(cursor_key), known_(&known), number_(number) {}

  Rows& tenant(std::string_view tenant) override {
    const auto found = rows_.find(tenant);
    if (found != rows_.end()) return *found->second;
    if (known_ != nullptr && !known_->contains(tenant)) {
      // A failure stays with the database and fails the commit.
      if (database_.run("INSERT INTO tenants VALUES (?) ON CONFLICT DO NOTHING", tenant).ok())
        noted_.emplace(tenant);
    }
    auto rows = std::make_unique<SqliteRows>(database_, std::string(tenant), cursor_key_);
    return *rows_.emplace(std::string(tenant), std::move(rows)).first->second;
  }

  std::uint64_t number() const override { return number_; }

  const TenantNames& noted() const { return noted_; }

 private:
  Database& database_;
  std::string_view cursor_key_;
  const TenantNames* known_;  // null in a read
  std::uint64_t number_ = 0;
  TenantNames noted_;
  std::map<std::string, std::unique_ptr<SqliteRows>, std::less<>> rows_;
};

// Ends the transaction of a function that threw or failed.
class RollbackUnlessCommitted {
 public:
  explicit RollbackUnlessCommitted(Database& database) : database_(database) {}
  ~RollbackUnlessCommitted() {
    if (!committed_) database_.rollback();
  }
  Status commit() {
    BARTIZAN_TRY(database_.commit());
    committed_ = true;
    return {};
  }

 private:
  Database& database_;
  bool committed_ = false;
};

// The reading connections; a reader waits when all are in use.
class Readers {
 public:
  void add(std::unique_ptr<Database> database) { idle_.push_back(std::move(database)); }

  std::unique_ptr<Database> take() {
    std::unique_lock lock(mutex_);
    returned_.wait(lock, [this] { return !idle_.empty(); });
    std::unique_ptr<Database> database = std::move(idle_.back());
    idle_.pop_back();
    return database;
  }

  void give_back(std::unique_ptr<Database> database) {
    {
      const std::lock_guard lock(mutex_);
      idle_.push_back(std::move(database));
    }
    returned_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Database>> idle_;
};

class BorrowedReader {
 public:
  explicit BorrowedReader(Readers& readers) : readers_(readers), database_(readers.take()) {}
  ~BorrowedReader() { readers_.give_back(std::move(database_)); }
  Database& operator*() { return *database_; }

 private:
  Readers& readers_;
  std::unique_ptr<Database> database_;
};

class SqliteStore final : public Store {
 public:
  static Result<std::unique_ptr<Store>> open(const SqliteOptions& options) {
    auto store = std::make_unique<SqliteStore>();
    store->options_ = options;
    BARTIZAN_ASSIGN(store->writer_, store->connect(true));
    const Status migrated = sqlite::migrate(*store->writer_);
    if (!migrated.ok()) return migrated.error().within(options.path.string());
    for (int i = 0; i < std::max(1, options.readers); ++i) {
      BARTIZAN_ASSIGN(auto reader, store->connect(false));
      store->readers_.add(std::move(reader));
    }
    const Status read = store->read_with([&](Database& database) -> Status {
      Statement key = database.query("SELECT value FROM meta WHERE key = 'cursor_key'");
      BARTIZAN_TRY(key.step());
      key.read(store->cursor_key_);
      return {};
    });
    if (!read.ok()) return read.error().within(options.path.string());
    return std::unique_ptr<Store>(std::move(store));
  }

  Status write(const std::function<Status(Transaction&)>& function) override {
    const std::lock_guard lock(write_mutex_);
    TenantNames noted;
    std::uint64_t number = 0;
    const Status written = transact([&](Database& database) -> Status {
      BARTIZAN_ASSIGN(number, next_number(database));
      SqliteTransaction transaction(database, cursor_key_, known_tenants_, number);
      BARTIZAN_TRY(function(transaction));
      noted = transaction.noted();
      return {};
    });
    if (!written.ok()) return written;
    last_number_ = number;
    known_tenants_.insert(noted.begin(), noted.end());
    return {};
  }

  Status read(const std::function<Status(Transaction&)>& function) override {
    return read_with([&](Database& database) -> Status {
      SqliteTransaction transaction(database, cursor_key_);
      return function(transaction);
    });
  }

  Result<std::vector<std::string>> tenants() override {
    std::vector<std::string> names;
    BARTIZAN_TRY(read_with([&](Database& database) -> Status {
      Statement list = database.query("SELECT tenant FROM tenants ORDER BY tenant");
      while (true) {
        BARTIZAN_ASSIGN(const bool row, list.step());
        if (!row) return {};
        list.read(names.emplace_back());
      }
    }));
    return names;
  }

  Status backup(const std::string& path) override {
    // A connection of its own, so that neither writer nor readers wait for the copy.
    BARTIZAN_ASSIGN(const auto source, connect(false));
    return source->copy_to(path);
  }

  Status check() override {
    const std::lock_guard lock(write_mutex_);
    // Whoever asks wants to know now, and writes must not queue up behind the question.
    writer_->wait_for_locks(std::min(options_.busy_timeout, kLongestCheckWait));
    const Status written = transact([](Database& database) {
      return database.run(
          "INSERT INTO meta VALUES ('checks', '1') ON CONFLICT (key) DO UPDATE SET value = "
          "CAST(value AS INTEGER) + 1");
    });
    writer_->wait_for_locks(options_.busy_timeout);
    return written;
  }

 private:
  Result<std::unique_ptr<Database>> connect(bool writer) const {
    return Database::open({.path = options_.path,
                           .vfs = options_.vfs,
                           .writer = writer,
                           .busy_timeout = options_.busy_timeout});
  }

  // With write_mutex_ held, in a transaction.
  Result<std::uint64_t> next_number(Database& database) {
    Statement version = database.query("PRAGMA data_version");
    BARTIZAN_TRY(version.step());
    std::int64_t seen = 0;
    version.read(seen);
    if (std::exchange(data_version_, seen) != seen) ++last_number_;  // theirs
    return last_number_ + 1;
  }

  // With write_mutex_ held.
  template <typename Function>
  Status transact(Function function) {
    Status status = writer_->begin();
    if (!status.ok()) {
      report(status);
      return status;
    }
    RollbackUnlessCommitted guard(*writer_);
    status = function(*writer_);
    const bool functions_own = !status.ok() && !writer_->failure();
    if (status.ok()) status = guard.commit();
    if (!functions_own) report(status);
    return status;
  }

  // One log line when trouble begins or changes, and one when a write is durable again.
  void report(const Status& written) {
    if (written.ok()) {
      if (!trouble_.empty()) log::info("store recovered", {{"from", std::exchange(trouble_, "")}});
    } else if (written.error().code == ErrorCode::kUnavailable &&
               written.error().message != trouble_) {
      trouble_ = written.error().message;
      log::error("store trouble", {{"reason", trouble_}});
    }
  }

  template <typename Function>
  Status read_with(Function function) {
    BorrowedReader reader(readers_);
    BARTIZAN_TRY((*reader).begin());
    RollbackUnlessCommitted guard(*reader);
    BARTIZAN_TRY(function(*reader));
    return guard.commit();
  }

  SqliteOptions options_;
  std::string cursor_key_;
  Readers readers_;
  std::mutex write_mutex_;
  std::string trouble_;  // what the last write ended with; empty: nothing
  std::unique_ptr<Database> writer_;
  TenantNames known_tenants_;
  std::uint64_t last_number_ = 0;
  std::int64_t data_version_ = 0;  // changes when another connection has written
};

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite(const SqliteOptions& options) {
  return SqliteStore::open(options);
}

}  // namespace bartizan::store
