#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "net/http.h"

namespace bartizan::net {

Result<std::shared_ptr<BodyFile>> BodyFile::create(const std::filesystem::path& folder,
                                                   std::function<void()> on_close) {
  const int descriptor = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    const int error = errno;
    on_close();
    return Error{ErrorCode::kUnavailable, "no file for an upload in " + folder.string() + ": " +
                                              std::generic_category().message(error)};
  }
  return std::shared_ptr<BodyFile>(new BodyFile(descriptor, std::move(on_close)));
}

BodyFile::~BodyFile() {
  ::close(descriptor_);
  on_close_();
}

Status BodyFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      return Error{ErrorCode::kUnavailable,
                   "an upload cannot be kept: " + std::generic_category().message(errno)};
    }
    size_ += static_cast<std::uint64_t>(written);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace bartizan::net
