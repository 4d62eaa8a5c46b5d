// The folder that holds everything of an installation.
#pragma once

#include <filesystem>

#include "base/result.h"

namespace bartizan::server {

inline constexpr const char* kStoreFile = "bartizan.db";
inline constexpr const char* kConnectorsFile = "connectors.json";

// While one lives, no other server uses the folder; the lock ends with the process.
class DataFolder {
 public:
  // Makes the folder (mode 0700) when it is not there. kConflict: another server uses it.
  static Result<DataFolder> open(const std::filesystem::path& path);
  DataFolder(DataFolder&& other) noexcept;
  DataFolder& operator=(DataFolder&&) = delete;
  ~DataFolder();

  const std::filesystem::path& path() const { return path_; }

 private:
  DataFolder(std::filesystem::path path, int lock) : path_(std::move(path)), lock_(lock) {}
  std::filesystem::path path_;
  int lock_ = -1;
};

}  // namespace bartizan::server
