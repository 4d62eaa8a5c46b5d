#include "base/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace bartizan {
namespace {

Error system_error(const char* what, const std::filesystem::path& path) {
  const ErrorCode code = errno == ENOENT   ? ErrorCode::kNotFound
                         : errno == EACCES ? ErrorCode::kDenied
                                           : ErrorCode::kUnavailable;
  return {code, std::string("cannot ") + what + " " + path.string() + ": " + std::strerror(errno)};
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int get() const { return number_; }
  bool valid() const { return number_ >= 0; }

 private:
  int number_;
};

}  // namespace

Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return system_error("open", path);
  std::string content;
  char buffer[1 << 16];
  for (;;) {
    const ssize_t got = ::read(file.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error("read", path);
    if (got == 0) return content;
    if (content.size() + static_cast<std::size_t>(got) > limit) {
      return Error{ErrorCode::kLimit,
                   path.string() + " is larger than " + std::to_string(limit) + " bytes"};
    }
    content.append(buffer, static_cast<std::size_t>(got));
  }
}

Status write_file_durably(const std::filesystem::path& path, std::string_view content,
                          FileAccess access) {
  const std::filesystem::path temporary = path.string() + ".new";
  {
    const mode_t mode = access == FileAccess::kOwnerOnly ? 0600 : 0644;
    const Descriptor file(
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
    if (!file.valid()) return system_error("create", temporary);
    while (!content.empty()) {
      const ssize_t put = ::write(file.get(), content.data(), content.size());
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return system_error("write", temporary);
      content.remove_prefix(static_cast<std::size_t>(put));
    }
    if (::fchmod(file.get(), mode) != 0 || ::fsync(file.get()) != 0)
      return system_error("sync", temporary);
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) return system_error("rename", temporary);
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.valid() || ::fsync(directory.get()) != 0) return system_error("sync", folder);
  return {};
}

Result<MappedFile> MappedFile::open(const std::filesystem::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return system_error("open", path);
  return of(file.get(), path);
}

Result<MappedFile> MappedFile::of(int descriptor, const std::filesystem::path& name) {
  struct stat status;
  if (::fstat(descriptor, &status) != 0) return system_error("stat", name);
  if (!S_ISREG(status.st_mode))
    return Error{ErrorCode::kInvalid, name.string() + " is not a regular file"};
  if (status.st_size == 0) return MappedFile(nullptr, 0);
  void* address = ::mmap(nullptr, static_cast<std::size_t>(status.st_size), PROT_READ, MAP_PRIVATE,
                         descriptor, 0);
  if (address == MAP_FAILED) return system_error("map", name);
  return MappedFile(address, static_cast<std::size_t>(status.st_size));
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : address_(std::exchange(other.address_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(address_, other.address_);
  std::swap(size_, other.size_);
  return *this;
}

MappedFile::~MappedFile() {
  if (address_ != nullptr) ::munmap(address_, size_);
}

}  // namespace bartizan
