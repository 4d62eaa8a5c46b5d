// Whole files, with a bound.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/byte_reader.h"
#include "base/result.h"

namespace bartizan {

// The file's bytes; kLimit when it is larger than `limit` bytes.
Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit);

enum class FileAccess { kOwnerOnly, kEveryoneReads };  // mode 0600, 0644

// Replaces the file in one step: temporary file beside it, fsync, rename, fsync of the folder.
Status write_file_durably(const std::filesystem::path& path, std::string_view content,
                          FileAccess access = FileAccess::kOwnerOnly);

// A file mapped read-only; unmapped when this goes out of scope. An empty file maps to no bytes.
class MappedFile {
 public:
  static Result<MappedFile> open(const std::filesystem::path& path);
  // An open file, which stays the caller's; `name` is for errors.
  static Result<MappedFile> of(int descriptor, const std::filesystem::path& name);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();
  Bytes bytes() const { return {static_cast<const std::uint8_t*>(address_), size_}; }

 private:
  MappedFile(void* address, std::size_t size) : address_(address), size_(size) {}
  void* address_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace bartizan
