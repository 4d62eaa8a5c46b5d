// The embedded store: one SQLite file in WAL mode, synchronous=FULL, one writer, a few readers.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "base/result.h"
#include "store/store.h"

namespace bartizan::store {

struct SqliteOptions {
  std::filesystem::path path;
  int readers = 2;
  std::string vfs;  // name of a registered VFS; empty: SQLite's own. Tests inject faults with it.
  // How long to wait for another process that holds the file's write lock.
  std::chrono::milliseconds busy_timeout{5000};
};

// Creates the file (mode 0600) or brings an older schema up to date; kUnsupported for a newer one.
Result<std::unique_ptr<Store>> open_sqlite(const SqliteOptions& options);

}  // namespace bartizan::store
