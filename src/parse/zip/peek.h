// The first bytes of entries, to tell by their magic what they are whatever their name says.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "parse/zip/types.h"

namespace bartizan::parse {

// Much cheaper than reading an entry: no more than needed is inflated.
class ZipPeeker {
 public:
  static constexpr std::size_t kBytes = 64;

  explicit ZipPeeker(const ZipArchive& archive);
  ~ZipPeeker();
  ZipPeeker(const ZipPeeker&) = delete;
  ZipPeeker& operator=(const ZipPeeker&) = delete;

  // At most kBytes, valid until the next call; fewer when the entry is shorter; none when its
  // data is outside the file. What could not be inflated is 0xa5.
  Bytes peek(const ZipEntry& entry);

 private:
  struct Decompressor;
  Bytes inflate_into(Bytes data, std::span<std::uint8_t> buffer);

  const ZipArchive& archive_;
  std::unique_ptr<Decompressor> decompressor_;
  std::array<std::uint8_t, kBytes> buffer_{};
  std::vector<std::uint8_t> large_buffer_;  // for entries whose first block is stored
};

}  // namespace bartizan::parse
