// Inflating an entry, whatever holds what comes out. Private to the folder.
#pragma once

#include <libdeflate.h>

#include <algorithm>
#include <cstdint>
#include <span>

#include "parse/zip/types.h"

namespace bartizan::parse {

class Decompressor {
 public:
  Decompressor() : state_(libdeflate_alloc_decompressor()) {}
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;
  ~Decompressor() { libdeflate_free_decompressor(state_); }
  libdeflate_decompressor* get() const { return state_; }

 private:
  libdeflate_decompressor* state_;
};

enum class InflateEnd { kWhole, kBadData, kLimit };

struct Inflated {
  InflateEnd end;
  std::size_t size = 0;  // of what came out, when whole
};

// `grow(n)` gives room for n bytes, whose content need not be kept; it is asked for more, up to
// `limit`, when the stated size was too small.
template <typename Grow>
Inflated inflate(const Decompressor& decompressor, Bytes data, std::uint64_t stated_size,
                 std::size_t limit, const Grow& grow) {
  constexpr std::uint64_t kMaxDeflateRatio = 1032;  // 258 bytes from two bits
  if (decompressor.get() == nullptr) return {InflateEnd::kBadData};
  const std::uint64_t possible = data.size() * kMaxDeflateRatio + 64;
  std::uint64_t capacity = std::min<std::uint64_t>({stated_size, possible, limit});
  for (;;) {
    const std::span<std::uint8_t> room = grow(static_cast<std::size_t>(capacity));
    std::uint8_t unused;  // libdeflate wants an address even for no bytes
    std::size_t produced = 0;
    const libdeflate_result result =
        libdeflate_deflate_decompress(decompressor.get(), data.data(), data.size(),
                                      room.empty() ? &unused : room.data(), room.size(), &produced);
    if (result == LIBDEFLATE_SUCCESS) return {InflateEnd::kWhole, produced};
    if (result != LIBDEFLATE_INSUFFICIENT_SPACE) return {InflateEnd::kBadData};
    if (capacity >= limit) return {InflateEnd::kLimit};
    capacity = std::min<std::uint64_t>(std::max<std::uint64_t>(capacity * 2, 4096), limit);
  }
}

// Where an entry's data lies.
struct EntryData {
  Bytes bytes;               // what of it is in the file
  std::uint64_t stated = 0;  // its size by the directory
  bool outside = false;      // it reaches beyond the file
};
EntryData data_of(const ZipArchive& archive, const ZipEntry& entry);

}  // namespace bartizan::parse
