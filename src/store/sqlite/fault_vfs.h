// For tests: a layer beneath SQLite that knows which bytes have been synced, so that it can lose
// the others as a power cut does, and fail writes and syncs as a full or dying disk does.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace bartizan::store::sqlite {

class FaultVfs {
 public:
  // Registers a VFS of this name with SQLite; one of a name at a time.
  explicit FaultVfs(std::string name);
  ~FaultVfs();
  FaultVfs(const FaultVfs&) = delete;
  FaultVfs& operator=(const FaultVfs&) = delete;

  const std::string& name() const;

  // From now on every write or sync gives this SQLite code; 0: they work again.
  void fail_writes(int code);
  void fail_syncs(int code);

  // After that many more writes and syncs nothing reaches the disk any more and all of it fails.
  void cut_power_after(int operations);
  bool power_is_cut() const;
  // After a cut, with everything closed: leaves of each file what had been synced and, of each
  // later write on its own, all or nothing by chance (`seed`), or nothing at all (no seed).
  void restore(std::optional<std::uint64_t> seed);

  std::int64_t syncs() const;

  struct State;

 private:
  std::unique_ptr<State> state_;
};

// SQLite's codes, for tests that do not include its header.
extern const int kDiskFull;
extern const int kWriteError;
extern const int kSyncError;

// Another process at the same file: a connection of its own that takes the write lock.
class OtherWriter {
 public:
  explicit OtherWriter(const std::filesystem::path& path);
  ~OtherWriter();
  OtherWriter(const OtherWriter&) = delete;
  OtherWriter& operator=(const OtherWriter&) = delete;
  void lock();
  void unlock();
  void execute(const std::string& sql);
  std::string text(const std::string& sql);  // the first column of the first row

 private:
  struct Handle;
  std::unique_ptr<Handle> handle_;
};

}  // namespace bartizan::store::sqlite
