// What the disk and SQLite alone can do with the rows of an ingest load: prepared inserts by the
// bare C API, one transaction a batch, synchronous=FULL, into a table of the store's columns. It is
// less than the store keeps: the key is tenant and id alone, and there is no second index.
//
//   bench_sqlite_baseline ROWS BATCH_SIZE DATABASE
//
// ROWS: observations as JSON, a line each, with "device_id"; read and taken apart before the clock
// starts. DATABASE must not exist. Prints one JSON object; exit 1 when anything was not inserted.
#include <sqlite3.h>

#include <charconv>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "base/json.h"
#include "model/observation.h"

namespace {

using namespace bartizan;

struct Row {
  Observation observation;
  std::string body;
};

struct Fatal {
  std::string message;
};

std::vector<Row> read_rows(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw Fatal{"cannot read " + path};
  std::vector<Row> rows;
  std::string line;
  while (std::getline(file, line)) {
    const auto object = parse_json_object(line);
    if (!object) throw Fatal{path + ": " + object.error().message};
    auto observation = observation_from_json(*object);
    if (!observation) throw Fatal{path + ": " + observation.error().message};
    observation->device_id = get_string(*object, "device_id").value_or("");
    std::string body = json::serialize(observation->body);
    rows.push_back({.observation = std::move(*observation), .body = std::move(body)});
  }
  return rows;
}

void execute(sqlite3* database, const char* sql) {
  if (sqlite3_exec(database, sql, nullptr, nullptr, nullptr) != SQLITE_OK)
    throw Fatal{sqlite3_errmsg(database)};
}

void bind_text(sqlite3_stmt* statement, int parameter, const std::string& text) {
  sqlite3_bind_text(statement, parameter, text.data(), static_cast<int>(text.size()),
                    SQLITE_STATIC);
}

void insert(sqlite3_stmt* statement, const Row& row, std::int64_t received_at) {
  const Observation& seen = row.observation;
  static const std::string kTenant = "default";
  static const std::string kNothing;
  bind_text(statement, 1, kTenant);
  bind_text(statement, 2, seen.id);
  bind_text(statement, 3, seen.device_id);
  sqlite3_bind_int64(statement, 4, seen.sequence);
  bind_text(statement, 5, seen.kind);
  sqlite3_bind_int(statement, 6, seen.schema_major);
  sqlite3_bind_int(statement, 7, seen.schema_minor);
  sqlite3_bind_int64(statement, 8, to_millis(seen.observed_at));
  bind_text(statement, 9, row.body);
  sqlite3_bind_int64(statement, 10, received_at);
  bind_text(statement, 11, kNothing);
  const int code = sqlite3_step(statement);
  sqlite3_reset(statement);
  if (code != SQLITE_DONE) throw Fatal{"an insert failed: " + std::string(sqlite3_errstr(code))};
}

double insert_all(sqlite3* database, const std::vector<Row>& rows, std::size_t batch_size) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database, "INSERT INTO observations VALUES (?,?,?,?,?,?,?,?,?,?,?)", -1,
                         &statement, nullptr) != SQLITE_OK)
    throw Fatal{sqlite3_errmsg(database)};
  const std::int64_t received_at = to_millis(SystemClock().now());
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t first = 0; first < rows.size(); first += batch_size) {
    execute(database, "BEGIN IMMEDIATE");
    for (std::size_t i = first; i < std::min(first + batch_size, rows.size()); ++i)
      insert(statement, rows[i], received_at);
    execute(database, "COMMIT");
  }
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  sqlite3_finalize(statement);
  return taken.count();
}

std::int64_t count_rows(sqlite3* database) {
  sqlite3_stmt* statement = nullptr;
  sqlite3_prepare_v2(database, "SELECT count(*) FROM observations", -1, &statement, nullptr);
  if (sqlite3_step(statement) != SQLITE_ROW) throw Fatal{sqlite3_errmsg(database)};
  const std::int64_t count = sqlite3_column_int64(statement, 0);
  sqlite3_finalize(statement);
  return count;
}

void run(const std::string& rows_path, std::size_t batch_size, const std::string& database_path) {
  const std::vector<Row> rows = read_rows(rows_path);
  if (std::filesystem::exists(database_path)) throw Fatal{database_path + " exists"};
  sqlite3* database = nullptr;
  if (sqlite3_open(database_path.c_str(), &database) != SQLITE_OK)
    throw Fatal{"cannot open " + database_path};
  // The store's own settings (src/store/sqlite/database.cc).
  execute(database,
          "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -8000;"
          "PRAGMA wal_autocheckpoint = 4000;"
          "CREATE TABLE observations (tenant TEXT NOT NULL, id TEXT NOT NULL, device_id TEXT NOT "
          "NULL, sequence INTEGER NOT NULL, kind TEXT NOT NULL, schema_major INTEGER NOT NULL, "
          "schema_minor INTEGER NOT NULL, observed_at INTEGER NOT NULL, body TEXT NOT NULL, "
          "received_at INTEGER NOT NULL, unknown_fields TEXT NOT NULL, PRIMARY KEY (tenant, id)) "
          "WITHOUT ROWID");
  const double seconds = insert_all(database, rows, batch_size);
  const std::int64_t stored = count_rows(database);
  sqlite3_close(database);
  if (stored != static_cast<std::int64_t>(rows.size())) throw Fatal{"rows are missing"};
  std::cout << json::serialize(json::object{{"rows", stored},
                                            {"seconds", seconds},
                                            {"rows_per_s", static_cast<double>(stored) / seconds},
                                            {"batch", batch_size}})
            << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t batch_size = 0;
  if (argc == 4) {
    const std::string_view text = argv[2];
    std::from_chars(text.data(), text.data() + text.size(), batch_size);
  }
  if (batch_size == 0) {
    std::cerr << "usage: bench_sqlite_baseline ROWS BATCH_SIZE DATABASE\n";
    return 2;
  }
  try {
    run(argv[1], batch_size, argv[3]);
  } catch (const Fatal& fatal) {
    std::cerr << "bench_sqlite_baseline: " << fatal.message << '\n';
    return 1;
  }
}
