#include "server/tar.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <fstream>
#include <vector>

namespace bartizan::server {
namespace {

constexpr std::size_t kBlock = 512;
constexpr std::size_t kPiece = 1 << 20;

// Offsets and widths of the ustar header's fields.
struct Field {
  std::size_t offset;
  std::size_t width;
};
constexpr Field kName{0, 100};
constexpr Field kMode{100, 8};
constexpr Field kOwner{108, 8};
constexpr Field kGroup{116, 8};
constexpr Field kSize{124, 12};
constexpr Field kModified{136, 12};
constexpr Field kChecksum{148, 8};
constexpr std::size_t kType = 156;
constexpr Field kMagic{257, 8};

using Header = std::array<char, kBlock>;

void put_octal(Header& header, Field field, std::uint64_t value) {
  for (std::size_t i = field.width - 1; i-- > 0; value /= 8)
    header[field.offset + i] = static_cast<char>('0' + value % 8);
}

std::uint64_t checksum(Header header) {
  std::fill_n(header.begin() + kChecksum.offset, kChecksum.width, ' ');
  std::uint64_t sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  return sum;
}

Result<std::uint64_t> read_octal(const Header& header, Field field) {
  std::uint64_t value = 0;
  const char* begin = header.data() + field.offset;
  const auto [end, error] = std::from_chars(begin, begin + field.width, value, 8);
  if (error != std::errc() || (end != begin + field.width && *end != '\0' && *end != ' '))
    return Error{ErrorCode::kInvalid, "the archive is damaged: a number in it cannot be read"};
  return value;
}

Error damaged(const char* what) {
  return {ErrorCode::kInvalid, std::string("the archive is damaged: ") + what};
}

}  // namespace

Status TarWriter::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0)
      return Error{ErrorCode::kUnavailable,
                   std::string("the archive cannot be written: ") + std::strerror(errno)};
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Status TarWriter::pad(std::uint64_t size) {
  static constexpr Header kZeros{};
  const std::size_t rest = (kBlock - size % kBlock) % kBlock;
  return write({kZeros.data(), rest});
}

Status TarWriter::add_header(std::string_view name, std::uint64_t size) {
  if (name.size() >= kName.width || size > kMaxTarMember)
    return Error{ErrorCode::kLimit, "too large for the archive: " + std::string(name)};
  Header header{};
  std::copy(name.begin(), name.end(), header.begin() + kName.offset);
  put_octal(header, kMode, 0600);
  put_octal(header, kOwner, 0);
  put_octal(header, kGroup, 0);
  put_octal(header, kSize, size);
  put_octal(header, kModified, static_cast<std::uint64_t>(to_millis(modified_) / 1000));
  header[kType] = '0';
  std::memcpy(header.data() + kMagic.offset, "ustar\00000", kMagic.width);
  put_octal(header, {kChecksum.offset, 7}, checksum(header));
  header[kChecksum.offset + 7] = ' ';
  return write({header.data(), header.size()});
}

Status TarWriter::add_text(std::string_view name, std::string_view text) {
  BARTIZAN_TRY(add_header(name, text.size()));
  BARTIZAN_TRY(write(text));
  return pad(text.size());
}

Status TarWriter::add_file(std::string_view name, const std::filesystem::path& source) {
  std::ifstream in(source, std::ios::binary);
  std::error_code error;
  const std::uint64_t size = std::filesystem::file_size(source, error);
  if (!in || error) return Error{ErrorCode::kUnavailable, source.string() + ": cannot be read"};
  BARTIZAN_TRY(add_header(name, size));
  std::vector<char> piece(kPiece);
  std::uint64_t left = size;
  while (left > 0) {
    const std::size_t want = std::min<std::uint64_t>(left, piece.size());
    if (!in.read(piece.data(), static_cast<std::streamsize>(want)))
      return Error{ErrorCode::kUnavailable, source.string() + ": became shorter while it was read"};
    BARTIZAN_TRY(write({piece.data(), want}));
    left -= want;
  }
  return pad(size);
}

Status TarWriter::finish() {
  static constexpr std::array<char, 2 * kBlock> kEnd{};
  return write({kEnd.data(), kEnd.size()});
}

Status read_tar(std::istream& in, const TarVisitor& visit) {
  std::vector<char> piece(kPiece);
  while (true) {
    Header header;
    if (!in.read(header.data(), header.size())) return damaged("it ends too early");
    if (std::all_of(header.begin(), header.end(), [](char c) { return c == '\0'; })) return {};
    BARTIZAN_ASSIGN(const std::uint64_t sum, read_octal(header, kChecksum));
    if (sum != checksum(header)) return damaged("a checksum is wrong");
    if (header[kType] != '0') return damaged("a member is no regular file");
    const std::string name(header.data(), strnlen(header.data(), kName.width));
    BARTIZAN_ASSIGN(const std::uint64_t size, read_octal(header, kSize));
    if (size > kMaxTarMember) return damaged("a member is too large");
    BARTIZAN_ASSIGN(const TarSink sink, visit(name, size));
    std::uint64_t left = size;
    while (left > 0) {
      const std::size_t want = std::min<std::uint64_t>(left, piece.size());
      if (!in.read(piece.data(), static_cast<std::streamsize>(want)))
        return damaged("it ends too early");
      BARTIZAN_TRY(sink({piece.data(), want}));
      left -= want;
    }
    in.ignore(static_cast<std::streamsize>((kBlock - size % kBlock) % kBlock));
  }
}

}  // namespace bartizan::server
