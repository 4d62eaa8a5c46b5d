// One agent at a time in a data folder: two would send the same numbers twice.
#pragma once

#include <filesystem>

#include "base/result.h"

namespace bartizan::agent {

// Held while this lives; the system lets go of it when the process dies.
class FolderLock {
 public:
  // Makes the folder, for its owner alone, when it is missing. kConflict: another agent holds it.
  static Result<FolderLock> take(const std::filesystem::path& folder);
  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock();

 private:
  explicit FolderLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace bartizan::agent
