#include "store/sqlite/sqlite_store.h"

#include <condition_variable>
#include <map>
#include <mutex>
#include <set>

#include "store/sqlite/database.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/sqlite_rows.h"

namespace bartizan::store {
namespace {

using sqlite::Database;
using sqlite::SqliteRows;
using sqlite::Statement;

using TenantNames = std::set<std::string, std::less<>>;

class SqliteTransaction final : public Transaction {
 public:
  // `known`: tenants that need not be noted again; nothing in a read transaction.
  SqliteTransaction(Database& database, std::string_view cursor_key, const TenantNames* known)
      : database_(database), cursor_key_(cursor_key), known_(known) {}

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

  const TenantNames& noted() const { return noted_; }

 private:
  Database& database_;
  std::string_view cursor_key_;
  const TenantNames* known_;
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
    BARTIZAN_TRY(writer_->begin());
    RollbackUnlessCommitted guard(*writer_);
    SqliteTransaction transaction(*writer_, cursor_key_, &known_tenants_);
    BARTIZAN_TRY(function(transaction));
    BARTIZAN_TRY(guard.commit());
    known_tenants_.insert(transaction.noted().begin(), transaction.noted().end());
    return {};
  }

  Status read(const std::function<Status(Transaction&)>& function) override {
    return read_with([&](Database& database) -> Status {
      SqliteTransaction transaction(database, cursor_key_, nullptr);
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
    return write_with([](Database& database) {
      return database.run(
          "INSERT INTO meta VALUES ('checks', '1') ON CONFLICT (key) DO UPDATE SET value = "
          "CAST(value AS INTEGER) + 1");
    });
  }

 private:
  Result<std::unique_ptr<Database>> connect(bool writer) const {
    return Database::open({.path = options_.path,
                           .vfs = options_.vfs,
                           .writer = writer,
                           .busy_timeout = options_.busy_timeout});
  }

  template <typename Function>
  Status write_with(Function function) {
    const std::lock_guard lock(write_mutex_);
    BARTIZAN_TRY(writer_->begin());
    RollbackUnlessCommitted guard(*writer_);
    BARTIZAN_TRY(function(*writer_));
    return guard.commit();
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
  std::unique_ptr<Database> writer_;
  TenantNames known_tenants_;
};

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite(const SqliteOptions& options) {
  return SqliteStore::open(options);
}

}  // namespace bartizan::store
