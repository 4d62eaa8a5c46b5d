// The little of the ustar format (POSIX.1-1988) that a backup needs: regular files with plain
// names.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <istream>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace bartizan::server {

inline constexpr std::uint64_t kMaxTarMember = 8'589'934'591;  // eleven octal digits

// Appends files to an open file descriptor it does not own.
class TarWriter {
 public:
  TarWriter(int descriptor, Timestamp modified) : descriptor_(descriptor), modified_(modified) {}
  Status add_file(std::string_view name, const std::filesystem::path& source);
  Status add_text(std::string_view name, std::string_view text);
  Status finish();  // the two empty blocks that end an archive

 private:
  Status add_header(std::string_view name, std::uint64_t size);
  Status write(std::string_view bytes);
  Status pad(std::uint64_t size);

  int descriptor_;
  Timestamp modified_;
};

// Takes the pieces of one member in order.
using TarSink = std::function<Status(std::string_view piece)>;
// Called for each member with its name and size; returns where its bytes go, or an error that ends
// the reading.
using TarVisitor = std::function<Result<TarSink>(const std::string& name, std::uint64_t size)>;

// kInvalid: damaged, truncated, or with members that are no regular files.
Status read_tar(std::istream& in, const TarVisitor& visit);

}  // namespace bartizan::server
