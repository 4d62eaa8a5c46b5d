#include "store/sqlite/database.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace bartizan::store::sqlite {
namespace {

// The fixed texts are about 70; the others are filters put together, in more ways than are worth
// their memory.
constexpr std::size_t kMaxKeptStatements = 250;

Error explain(int code, sqlite3* handle, bool writer) {
  const auto unavailable = [](std::string message) {
    return Error{ErrorCode::kUnavailable, std::move(message)};
  };
  switch (code & 0xff) {
    case SQLITE_FULL:
      return unavailable("disk full");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return unavailable("database is locked");
    case SQLITE_IOERR:
      return unavailable("disk I/O error (SQLite " + std::to_string(code) + ")");
    case SQLITE_CANTOPEN:
      return unavailable("database file cannot be opened");
    case SQLITE_READONLY:
      if (!writer) return {ErrorCode::kDenied, "a read transaction changes nothing"};
      return unavailable("database is read-only");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return unavailable("database file is damaged");
    case SQLITE_NOMEM:
      return unavailable("out of memory");
    case SQLITE_CONSTRAINT:
      return {ErrorCode::kConflict, std::string("store: ") + sqlite3_errmsg(handle)};
    case SQLITE_TOOBIG:
      return {ErrorCode::kLimit, "a value is too large for the store"};
    default:
      return {ErrorCode::kUnavailable, std::string("store: ") + sqlite3_errmsg(handle)};
  }
}

}  // namespace

Statement::~Statement() {
  if (statement_ == nullptr) return;
  if (!kept_) {
    sqlite3_finalize(statement_);
    return;
  }
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Result<bool> Statement::step() {
  if (database_->failure_) return *database_->failure_;
  if (statement_ == nullptr)
    return Error{ErrorCode::kUnavailable, "store: a statement could not be prepared"};
  column_ = 0;
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return database_->fail(code);
}

Status Statement::run() {
  while (true) {
    const Result<bool> row = step();
    if (!row) return row.error();
    if (!*row) return {};
  }
}

void Statement::bind_null() { sqlite3_bind_null(statement_, ++parameter_); }

void Statement::bind_integer(std::int64_t value) {
  sqlite3_bind_int64(statement_, ++parameter_, value);
}

void Statement::bind_text(std::string_view value, bool copy) {
  // SQLite takes a null pointer for NULL, and an empty view may hold one.
  const char* text = value.data() == nullptr ? "" : value.data();
  sqlite3_bind_text64(statement_, ++parameter_, text, value.size(),
                      copy ? SQLITE_TRANSIENT : SQLITE_STATIC, SQLITE_UTF8);
}

void Statement::bind_one(const std::vector<std::string>& value) {
  if (value.empty()) return bind_text("", false);
  bind_text(json::serialize(json::value_from(value)), true);
}

void Statement::bind_one(const json::object& value) { bind_text(json::serialize(value), true); }

bool Statement::column_is_null() const {
  return sqlite3_column_type(statement_, column_) == SQLITE_NULL;
}

std::int64_t Statement::column_integer() const { return sqlite3_column_int64(statement_, column_); }

std::string_view Statement::column_text() const {
  const unsigned char* text = sqlite3_column_text(statement_, column_);
  if (text == nullptr) return {};
  return {reinterpret_cast<const char*>(text),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_, column_))};
}

void Statement::refuse(std::string message) {
  if (unreadable_) return;
  unreadable_ = Error{ErrorCode::kUnavailable,
                      "a stored row cannot be read: column " +
                          std::string(sqlite3_column_name(statement_, column_)) + ": " + message};
}

void Statement::read_one(std::vector<std::string>& out) {
  out.clear();
  if (const std::string_view text = column_text(); !text.empty()) {
    const Result<json::value> list = parse_json(text);
    if (!list || !list->is_array()) {
      refuse("is not a JSON list");
    } else {
      for (const json::value& item : list->get_array()) {
        if (item.is_string()) out.emplace_back(item.get_string());
      }
    }
  }
  ++column_;
}

void Statement::read_one(json::object& out) {
  Result<json::object> object = parse_json_object(column_text());
  if (object) {
    out = *std::move(object);
  } else {
    refuse(object.error().message);
  }
  ++column_;
}

Result<std::unique_ptr<Database>> Database::open(const DatabaseOptions& options) {
  const std::string path = options.path.string();
  if (options.writer) {
    // Created here so that it is the owner's alone from the start; SQLite gives -wal and -shm the
    // same mode.
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0 || ::fchmod(file, 0600) != 0) {
      const std::string reason = std::strerror(errno);
      if (file >= 0) ::close(file);
      return Error{ErrorCode::kUnavailable, "cannot open " + path + ": " + reason};
    }
    ::close(file);
  }
  sqlite3* handle = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                      options.vfs.empty() ? nullptr : options.vfs.c_str());
  std::unique_ptr<Database> database(new Database(handle, options.writer));
  if (code != SQLITE_OK) return explain(code, handle, true).within(path);
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, static_cast<int>(options.busy_timeout.count()));
  // trusted_schema off: a doctored database file cannot call functions from its schema.
  const Status configured = database->script(
      std::string("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
                  "PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY;"
                  "PRAGMA cache_size = -8000; PRAGMA wal_autocheckpoint = 4000;") +
      (options.writer ? "" : "PRAGMA query_only = ON;"));
  if (!configured.ok()) return configured.error().within(path);
  database->failure_.reset();
  return database;
}

Database::~Database() {
  for (const auto& [text, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close_v2(handle_);
}

Statement Database::prepare(std::string_view sql) {
  if (failure_) return {*this, nullptr, true};
  if (const auto known = statements_.find(sql); known != statements_.end())
    return {*this, known->second, true};
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) {
    fail(code);
    return {*this, nullptr, true};
  }
  const bool keep = statements_.size() < kMaxKeptStatements;
  if (keep) statements_.emplace(sql, statement);
  return {*this, statement, keep};
}

Error Database::fail(int code) {
  Error error = explain(code, handle_, writer_);
  const int kind = code & 0xff;
  // A refused row or a write in a read transaction leaves the transaction as it was.
  if (kind != SQLITE_CONSTRAINT && kind != SQLITE_TOOBIG && error.code != ErrorCode::kDenied &&
      !failure_) {
    failure_ = error;
  }
  return error;
}

Status Database::script(const std::string& sql) {
  const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code == SQLITE_OK) return {};
  return fail(code);
}

void Database::wait_for_locks(std::chrono::milliseconds longest) {
  sqlite3_busy_timeout(handle_, static_cast<int>(longest.count()));
}

std::int64_t Database::changes() const { return sqlite3_changes64(handle_); }

Status Database::begin() {
  failure_.reset();
  const Status begun = run(writer_ ? "BEGIN IMMEDIATE" : "BEGIN");
  if (!begun.ok()) failure_.reset();
  return begun;
}

Status Database::commit() {
  if (failure_) return *failure_;
  return run("COMMIT");
}

void Database::rollback() {
  // Fails when SQLite has rolled back by itself, which is what is wanted.
  if (sqlite3_get_autocommit(handle_) == 0)
    sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr);
  failure_.reset();
}

Status Database::copy_to(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) {
    const ErrorCode code = errno == EEXIST ? ErrorCode::kConflict : ErrorCode::kUnavailable;
    return Error{code, "cannot create " + path.string() + ": " + std::strerror(errno)};
  }
  ::close(file);
  sqlite3* copy = nullptr;
  int code =
      sqlite3_open_v2(path.c_str(), &copy, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  if (code == SQLITE_OK) {
    // All pages in one step: one read snapshot, which a writer in WAL mode does not disturb.
    sqlite3_backup* backup = sqlite3_backup_init(copy, "main", handle_, "main");
    if (backup != nullptr) {
      sqlite3_backup_step(backup, -1);
      sqlite3_backup_finish(backup);
    }
    code = sqlite3_errcode(copy);
  }
  // A single file that needs no -wal beside it.
  if (code == SQLITE_OK)
    code = sqlite3_exec(copy, "PRAGMA journal_mode = DELETE", nullptr, nullptr, nullptr);
  Status result;
  if (code != SQLITE_OK) result = explain(code, copy, true).within("backup");
  sqlite3_close_v2(copy);
  if (!result.ok()) ::unlink(path.c_str());
  return result;
}

}  // namespace bartizan::store::sqlite
