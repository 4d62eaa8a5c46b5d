#include <sqlite3.h>

#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <stdexcept>
#include <vector>

#include "store/sqlite/fault_vfs.h"

namespace bartizan::store::sqlite {

const int kDiskFull = SQLITE_FULL;
const int kWriteError = SQLITE_IOERR_WRITE;
const int kSyncError = SQLITE_IOERR_FSYNC;

namespace {

// A change that is not synced yet: bytes at an offset, or a new size.
struct Change {
  std::int64_t offset = 0;
  std::string bytes;
  bool truncate = false;
};

struct FileHistory {
  std::string durable;
  std::vector<Change> pending;
};

void apply(const Change& change, std::string& content) {
  const auto offset = static_cast<std::size_t>(change.offset);
  if (change.truncate) {
    content.resize(offset);
    return;
  }
  if (content.size() < offset + change.bytes.size()) content.resize(offset + change.bytes.size());
  content.replace(offset, change.bytes.size(), change.bytes);
}

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

struct FaultVfs::State {
  std::string name;
  sqlite3_vfs vfs{};
  sqlite3_vfs* real = nullptr;
  mutable std::mutex mutex;
  std::map<std::string, FileHistory> files;
  int write_error = 0;
  int sync_error = 0;
  int operations_left = -1;  // negative: no cut is planned
  bool cut = false;
  std::int64_t syncs = 0;

  // With the mutex held: the code of the fault a write or sync meets now, or 0.
  int fault(int planned) {
    if (operations_left == 0) cut = true;
    if (operations_left > 0) --operations_left;
    if (cut) return SQLITE_IOERR;
    return planned;
  }
};

namespace {

using State = FaultVfs::State;

// SQLite allocates these as bytes; the real file follows in the same block.
struct FaultFile {
  sqlite3_file base;
  State* state;
  FileHistory* history;  // null for temporary files
};

sqlite3_file* real_of(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<FaultFile*>(file) + 1);
}
State& state_of(sqlite3_file* file) { return *reinterpret_cast<FaultFile*>(file)->state; }
FileHistory* history_of(sqlite3_file* file) { return reinterpret_cast<FaultFile*>(file)->history; }

int file_close(sqlite3_file* file) {
  sqlite3_file* real = real_of(file);
  return real->pMethods ? real->pMethods->xClose(real) : SQLITE_OK;
}
int file_read(sqlite3_file* file, void* out, int size, sqlite3_int64 offset) {
  return real_of(file)->pMethods->xRead(real_of(file), out, size, offset);
}
int file_write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
  State& state = state_of(file);
  const std::lock_guard lock(state.mutex);
  if (const int code = state.fault(state.write_error)) return code;
  const int code = real_of(file)->pMethods->xWrite(real_of(file), bytes, size, offset);
  if (code == SQLITE_OK && history_of(file)) {
    history_of(file)->pending.push_back(
        {.offset = offset,
         .bytes = std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(size))});
  }
  return code;
}
int file_truncate(sqlite3_file* file, sqlite3_int64 size) {
  State& state = state_of(file);
  const std::lock_guard lock(state.mutex);
  if (const int code = state.fault(state.write_error)) return code;
  const int code = real_of(file)->pMethods->xTruncate(real_of(file), size);
  if (code == SQLITE_OK && history_of(file))
    history_of(file)->pending.push_back({.offset = size, .truncate = true});
  return code;
}
int file_sync(sqlite3_file* file, int flags) {
  State& state = state_of(file);
  const std::lock_guard lock(state.mutex);
  if (const int code = state.fault(state.sync_error)) return code;
  ++state.syncs;
  const int code = real_of(file)->pMethods->xSync(real_of(file), flags);
  if (code == SQLITE_OK && history_of(file)) {
    FileHistory& history = *history_of(file);
    for (const Change& change : history.pending) apply(change, history.durable);
    history.pending.clear();
  }
  return code;
}
int file_size(sqlite3_file* file, sqlite3_int64* size) {
  return real_of(file)->pMethods->xFileSize(real_of(file), size);
}
int file_lock(sqlite3_file* file, int level) {
  return real_of(file)->pMethods->xLock(real_of(file), level);
}
int file_unlock(sqlite3_file* file, int level) {
  return real_of(file)->pMethods->xUnlock(real_of(file), level);
}
int file_check_lock(sqlite3_file* file, int* result) {
  return real_of(file)->pMethods->xCheckReservedLock(real_of(file), result);
}
int file_control(sqlite3_file* file, int operation, void* argument) {
  // A size hint would write past our eyes.
  if (operation == SQLITE_FCNTL_SIZE_HINT) return SQLITE_OK;
  return real_of(file)->pMethods->xFileControl(real_of(file), operation, argument);
}
int file_sector_size(sqlite3_file* file) {
  return real_of(file)->pMethods->xSectorSize(real_of(file));
}
int file_characteristics(sqlite3_file* file) {
  return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}
int file_shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** out) {
  return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, out);
}
int file_shm_lock(sqlite3_file* file, int offset, int count, int flags) {
  return real_of(file)->pMethods->xShmLock(real_of(file), offset, count, flags);
}
void file_shm_barrier(sqlite3_file* file) { real_of(file)->pMethods->xShmBarrier(real_of(file)); }
int file_shm_unmap(sqlite3_file* file, int remove) {
  return real_of(file)->pMethods->xShmUnmap(real_of(file), remove);
}

// Version 2: shared memory for WAL, no memory mapping of the database.
constexpr sqlite3_io_methods kMethods = {.iVersion = 2,
                                         .xClose = file_close,
                                         .xRead = file_read,
                                         .xWrite = file_write,
                                         .xTruncate = file_truncate,
                                         .xSync = file_sync,
                                         .xFileSize = file_size,
                                         .xLock = file_lock,
                                         .xUnlock = file_unlock,
                                         .xCheckReservedLock = file_check_lock,
                                         .xFileControl = file_control,
                                         .xSectorSize = file_sector_size,
                                         .xDeviceCharacteristics = file_characteristics,
                                         .xShmMap = file_shm_map,
                                         .xShmLock = file_shm_lock,
                                         .xShmBarrier = file_shm_barrier,
                                         .xShmUnmap = file_shm_unmap};

int vfs_open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out_flags) {
  State& state = *static_cast<State*>(vfs->pAppData);
  auto* fault_file = reinterpret_cast<FaultFile*>(file);
  *fault_file = {.base = {.pMethods = nullptr}, .state = &state, .history = nullptr};
  const std::string before = path != nullptr ? content_of(path) : "";
  const int code = state.real->xOpen(state.real, path, real_of(file), flags, out_flags);
  if (code != SQLITE_OK) return code;
  fault_file->base.pMethods = &kMethods;
  if (path != nullptr) {
    const std::lock_guard lock(state.mutex);
    const auto [entry, first_time] = state.files.try_emplace(path);
    if (first_time) entry->second.durable = before;
    fault_file->history = &entry->second;
  }
  return SQLITE_OK;
}

int vfs_delete(sqlite3_vfs* vfs, const char* path, int sync_folder) {
  State& state = *static_cast<State*>(vfs->pAppData);
  const std::lock_guard lock(state.mutex);
  if (const int code = state.fault(0)) return code;
  // Taken as durable at once: a WAL is deleted only after its pages are synced elsewhere.
  if (const auto found = state.files.find(path); found != state.files.end()) found->second = {};
  return state.real->xDelete(state.real, path, sync_folder);
}

}  // namespace

FaultVfs::FaultVfs(std::string name) : state_(std::make_unique<State>()) {
  state_->name = std::move(name);
  state_->real = sqlite3_vfs_find(nullptr);
  state_->vfs = *state_->real;
  state_->vfs.pNext = nullptr;
  state_->vfs.zName = state_->name.c_str();
  state_->vfs.pAppData = state_.get();
  state_->vfs.szOsFile = static_cast<int>(sizeof(FaultFile)) + state_->real->szOsFile;
  state_->vfs.xOpen = vfs_open;
  state_->vfs.xDelete = vfs_delete;
  sqlite3_vfs_register(&state_->vfs, 0);
}

FaultVfs::~FaultVfs() { sqlite3_vfs_unregister(&state_->vfs); }

const std::string& FaultVfs::name() const { return state_->name; }

void FaultVfs::fail_writes(int code) {
  const std::lock_guard lock(state_->mutex);
  state_->write_error = code;
}

void FaultVfs::fail_syncs(int code) {
  const std::lock_guard lock(state_->mutex);
  state_->sync_error = code;
}

void FaultVfs::cut_power_after(int operations) {
  const std::lock_guard lock(state_->mutex);
  state_->operations_left = operations;
}

bool FaultVfs::power_is_cut() const {
  const std::lock_guard lock(state_->mutex);
  return state_->cut;
}

std::int64_t FaultVfs::syncs() const {
  const std::lock_guard lock(state_->mutex);
  return state_->syncs;
}

void FaultVfs::restore(std::optional<std::uint64_t> seed) {
  const std::lock_guard lock(state_->mutex);
  std::mt19937_64 chance(seed.value_or(0));
  for (auto& [path, history] : state_->files) {
    std::string content = history.durable;
    for (const Change& change : history.pending) {
      if (seed && chance() % 2 == 0) apply(change, content);
    }
    std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
    std::filesystem::remove(path + "-shm");  // memory, not disk
    history = {.durable = content};
  }
  state_->cut = false;
  state_->operations_left = -1;
}

struct OtherWriter::Handle {
  sqlite3* database = nullptr;
};

OtherWriter::OtherWriter(const std::filesystem::path& path) : handle_(std::make_unique<Handle>()) {
  if (sqlite3_open(path.c_str(), &handle_->database) != SQLITE_OK)
    throw std::runtime_error("cannot open " + path.string());
}
OtherWriter::~OtherWriter() { sqlite3_close(handle_->database); }
void OtherWriter::lock() { execute("BEGIN IMMEDIATE"); }
void OtherWriter::unlock() { execute("ROLLBACK"); }
void OtherWriter::execute(const std::string& sql) {
  if (sqlite3_exec(handle_->database, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    throw std::runtime_error(sqlite3_errmsg(handle_->database));
}
std::string OtherWriter::text(const std::string& sql) {
  std::string out;
  const auto keep = [](void* to, int count, char** values, char**) {
    if (count > 0 && values[0] != nullptr) *static_cast<std::string*>(to) = values[0];
    return 0;
  };
  if (sqlite3_exec(handle_->database, sql.c_str(), keep, &out, nullptr) != SQLITE_OK)
    throw std::runtime_error(sqlite3_errmsg(handle_->database));
  return out;
}

}  // namespace bartizan::store::sqlite
