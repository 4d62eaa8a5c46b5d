#include "parse/zip/peek.h"

#include <libdeflate.h>

#include <algorithm>

namespace bartizan::parse {
namespace {

constexpr std::size_t kMagicBytes = 4;
constexpr std::uint8_t kUnwritten = 0xa5;  // in no magic that is looked for

}  // namespace

struct ZipPeeker::Decompressor {
  Decompressor() : state(libdeflate_alloc_decompressor()) {}
  ~Decompressor() { libdeflate_free_decompressor(state); }
  libdeflate_decompressor* state;
};

ZipPeeker::ZipPeeker(const ZipArchive& archive)
    : archive_(archive), decompressor_(std::make_unique<Decompressor>()) {}
ZipPeeker::~ZipPeeker() = default;

Bytes ZipPeeker::peek(const ZipEntry& entry) {
  if (entry.data_offset >= archive_.bytes.size()) return {};
  const Bytes rest = archive_.bytes.subspan(static_cast<std::size_t>(entry.data_offset));
  if (!entry.is_deflated()) {
    const std::uint64_t size = entry.size == 0 ? entry.compressed_size : entry.size;
    return rest.first(
        static_cast<std::size_t>(std::min<std::uint64_t>({size, rest.size(), kBytes})));
  }
  const auto size =
      static_cast<std::size_t>(std::min<std::uint64_t>(entry.compressed_size, rest.size()));
  const Bytes start = inflate_into(rest.first(size), buffer_);
  if (start.size() < kMagicBytes || std::find(start.begin(), start.begin() + kMagicBytes,
                                              kUnwritten) == start.begin() + kMagicBytes)
    return start;
  // A stored block is written whole or not at all, and holds up to 65,535 bytes.
  constexpr std::size_t kRoomForStoredBlock = 128 << 10;
  large_buffer_.resize(kRoomForStoredBlock);
  const Bytes whole = inflate_into(rest.first(size), large_buffer_);
  return whole.first(std::min(whole.size(), kBytes));
}

// libdeflate writes in order, so that what it wrote before the buffer was full is the start of the
// entry. Missing at its end may be a copy from further back that did not fit: never a part of the
// four different bytes of a magic, which nothing before them could be copied from.
Bytes ZipPeeker::inflate_into(Bytes data, std::span<std::uint8_t> buffer) {
  if (decompressor_->state == nullptr) return {};
  std::fill_n(buffer.begin(), kBytes, kUnwritten);
  std::size_t produced = 0;
  const libdeflate_result result = libdeflate_deflate_decompress(
      decompressor_->state, data.data(), data.size(), buffer.data(), buffer.size(), &produced);
  return Bytes(buffer).first(result == LIBDEFLATE_SUCCESS ? produced : buffer.size());
}

}  // namespace bartizan::parse
