// One SQLite connection: prepared statements kept by their text, values bound and read by type,
// errors in the product's words. SQLite's own header stays in database.cc.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <variant>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/time.h"
#include "model/enums.h"

struct sqlite3;
struct sqlite3_stmt;

namespace bartizan::store::sqlite {

using Value = std::variant<std::int64_t, std::string>;

class Database;

// A prepared statement while it runs; given back to its connection when it goes out of scope. One
// that could not be prepared gives its error from the first step.
class Statement {
 public:
  // `kept`: the connection keeps the statement; otherwise it ends with this.
  Statement(Database& database, sqlite3_stmt* statement, bool kept)
      : database_(&database), statement_(statement), kept_(kept) {}
  Statement(Statement&& other) noexcept
      : database_(other.database_),
        statement_(std::exchange(other.statement_, nullptr)),
        kept_(other.kept_),
        parameter_(other.parameter_),
        column_(other.column_),
        unreadable_(std::move(other.unreadable_)) {}
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  // Binds the next parameters in order. `borrow_text` promises that texts outlive the last step.
  template <typename... Args>
  void bind(bool borrow_text, const Args&... args) {
    borrow_text_ = borrow_text;
    (bind_one(args), ...);
  }

  // True when a row is there to be read.
  Result<bool> step();
  Status run();  // steps to the end

  // Reads the next columns in order. A value that does not fit (an unknown spelling, broken JSON)
  // becomes the error of readable().
  template <typename... Args>
  void read(Args&... out) {
    (read_one(out), ...);
  }
  template <typename... Args>
  void read(std::tuple<Args&...> out) {
    std::apply([this](Args&... members) { read(members...); }, out);
  }
  Status readable() const { return unreadable_ ? Status(*unreadable_) : Status(); }

 private:
  void bind_null();
  void bind_integer(std::int64_t value);
  void bind_text(std::string_view value, bool copy);
  bool column_is_null() const;
  std::int64_t column_integer() const;
  std::string_view column_text() const;  // valid until the next step
  void refuse(std::string message);

  void bind_one(std::string_view value) { bind_text(value, !borrow_text_); }
  void bind_one(const std::string& value) { bind_text(value, !borrow_text_); }
  void bind_one(const char* value) { bind_text(value, true); }
  void bind_one(Timestamp value) { bind_integer(to_millis(value)); }
  template <std::integral T>
  void bind_one(T value) {
    bind_integer(static_cast<std::int64_t>(value));
  }
  template <typename E>
  requires std::is_enum_v<E>
  void bind_one(E value) { bind_text(to_string(value), false); }
  template <typename T>
  void bind_one(const std::optional<T>& value) {
    value ? bind_one(*value) : bind_null();
  }
  void bind_one(const Value& value) {
    std::visit([this](const auto& held) { bind_one(held); }, value);
  }
  void bind_one(const std::vector<Value>& values) {
    for (const Value& value : values) bind_one(value);
  }
  void bind_one(const std::vector<std::string>& value);  // as a JSON list
  void bind_one(const json::object& value);
  template <typename... Args>
  void bind_one(const std::tuple<Args&...>& values) {
    std::apply([this](const auto&... members) { (bind_one(members), ...); }, values);
  }

  void read_one(std::string& out) { out = column_text(), ++column_; }
  void read_one(Timestamp& out) { out = from_millis(column_integer()), ++column_; }
  void read_one(bool& out) { out = column_integer() != 0, ++column_; }
  template <std::integral T>
  void read_one(T& out) {
    out = static_cast<T>(column_integer()), ++column_;
  }
  template <typename E>
  requires std::is_enum_v<E>
  void read_one(E& out) {
    if (const auto parsed = parse_enum<E>(column_text())) {
      out = *parsed;
    } else {
      refuse("has no value '" + std::string(column_text().substr(0, 40)) + "'");
    }
    ++column_;
  }
  template <typename T>
  void read_one(std::optional<T>& out) {
    if (column_is_null()) {
      out.reset(), ++column_;
    } else {
      read_one(out.emplace());
    }
  }
  void read_one(std::vector<std::string>& out);
  void read_one(json::object& out);

  Database* database_;
  sqlite3_stmt* statement_;
  bool kept_;
  int parameter_ = 0;
  int column_ = 0;
  bool borrow_text_ = false;
  std::optional<Error> unreadable_;
};

struct DatabaseOptions {
  std::filesystem::path path;
  std::string vfs;
  bool writer = false;  // others refuse every change with kDenied
  std::chrono::milliseconds busy_timeout{5000};
};

// Used by one thread at a time.
class Database {
 public:
  static Result<std::unique_ptr<Database>> open(const DatabaseOptions& options);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  template <typename... Args>
  Status run(std::string_view sql, const Args&... args) {
    Statement statement = prepare(sql);
    statement.bind(true, args...);
    return statement.run();
  }
  template <typename... Args>
  Statement query(std::string_view sql, const Args&... args) {
    Statement statement = prepare(sql);
    statement.bind(false, args...);
    return statement;
  }
  // Several statements at once, not kept; for the schema.
  Status script(const std::string& sql);
  // Rows the last run() changed.
  std::int64_t changes() const;

  // What broke the transaction under way, if something did.
  const std::optional<Error>& failure() const { return failure_; }
  // How long statements wait for another process's lock from now on.
  void wait_for_locks(std::chrono::milliseconds longest);
  Status begin();
  // When a statement failed since begin() (beyond a broken constraint), SQLite may have undone the
  // transaction already: nothing more runs in it, and commit() gives that first error.
  Status commit();
  void rollback();

  // Copies the whole database, as of now, into a new file.
  Status copy_to(const std::filesystem::path& path);

 private:
  friend class Statement;
  struct TextHash : std::hash<std::string_view> {
    using is_transparent = void;
  };

  Database(sqlite3* handle, bool writer) : handle_(handle), writer_(writer) {}
  Statement prepare(std::string_view sql);
  Error fail(int code);

  sqlite3* handle_;
  bool writer_;
  std::optional<Error> failure_;
  std::unordered_map<std::string, sqlite3_stmt*, TextHash, std::equal_to<>> statements_;
};

}  // namespace bartizan::store::sqlite
