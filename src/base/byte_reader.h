// The one reader of untrusted bytes: every read is checked against the end, none copies.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"

namespace bartizan {

using Bytes = std::span<const std::uint8_t>;

inline Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// A position in a block of bytes. Offsets are bytes from the start of the block. A failed read
// leaves the position where it was. Little-endian unless the name says otherwise.
class ByteReader {
 public:
  explicit ByteReader(Bytes bytes) : bytes_(bytes) {}

  std::size_t position() const { return position_; }
  std::size_t remaining() const { return bytes_.size() - position_; }
  bool at_end() const { return remaining() == 0; }

  Status seek(std::size_t position);
  Status skip(std::size_t count);
  Result<std::uint8_t> u8();
  Result<std::uint16_t> u16();
  Result<std::uint32_t> u32();
  Result<std::uint64_t> u64();
  Result<std::uint16_t> u16_be();
  Result<std::uint32_t> u32_be();
  Result<Bytes> take(std::size_t count);

  // A count read from the input, lowered to what the remaining bytes could hold at `item_size`
  // bytes each: what may be reserved before the items have been read.
  std::size_t clamp_count(std::uint64_t count, std::size_t item_size) const;

 private:
  Bytes bytes_;
  std::size_t position_ = 0;
};

// `bytes.subspan(offset, size)`, or an error when any of it lies outside.
Result<Bytes> slice(Bytes bytes, std::uint64_t offset, std::uint64_t size);

}  // namespace bartizan
