#include "base/byte_reader.h"

#include <algorithm>
#include <string>

namespace bartizan {
namespace {

Error past_end(std::uint64_t position, std::uint64_t wanted, std::uint64_t size) {
  return {ErrorCode::kInvalid, std::to_string(wanted) + " bytes wanted at offset " +
                                   std::to_string(position) + " of " + std::to_string(size)};
}

template <typename T>
T little_endian(Bytes bytes) {
  T value = 0;
  for (std::size_t i = sizeof(T); i > 0; --i)
    value = static_cast<T>((std::uint64_t{value} << 8) | bytes[i - 1]);
  return value;
}

template <typename T>
T big_endian(Bytes bytes) {
  T value = 0;
  for (const std::uint8_t byte : bytes) value = static_cast<T>((std::uint64_t{value} << 8) | byte);
  return value;
}

}  // namespace

Status ByteReader::seek(std::size_t position) {
  if (position > bytes_.size()) return past_end(position, 0, bytes_.size());
  position_ = position;
  return {};
}

Status ByteReader::skip(std::size_t count) {
  if (count > remaining()) return past_end(position_, count, bytes_.size());
  position_ += count;
  return {};
}

Result<Bytes> ByteReader::take(std::size_t count) {
  if (count > remaining()) return past_end(position_, count, bytes_.size());
  const Bytes taken = bytes_.subspan(position_, count);
  position_ += count;
  return taken;
}

Result<std::uint8_t> ByteReader::u8() {
  BARTIZAN_ASSIGN(const Bytes raw, take(1));
  return raw[0];
}
Result<std::uint16_t> ByteReader::u16() {
  BARTIZAN_ASSIGN(const Bytes raw, take(2));
  return little_endian<std::uint16_t>(raw);
}
Result<std::uint32_t> ByteReader::u32() {
  BARTIZAN_ASSIGN(const Bytes raw, take(4));
  return little_endian<std::uint32_t>(raw);
}
Result<std::uint64_t> ByteReader::u64() {
  BARTIZAN_ASSIGN(const Bytes raw, take(8));
  return little_endian<std::uint64_t>(raw);
}
Result<std::uint16_t> ByteReader::u16_be() {
  BARTIZAN_ASSIGN(const Bytes raw, take(2));
  return big_endian<std::uint16_t>(raw);
}
Result<std::uint32_t> ByteReader::u32_be() {
  BARTIZAN_ASSIGN(const Bytes raw, take(4));
  return big_endian<std::uint32_t>(raw);
}

std::size_t ByteReader::clamp_count(std::uint64_t count, std::size_t item_size) const {
  return static_cast<std::size_t>(std::min<std::uint64_t>(count, remaining() / item_size));
}

Result<Bytes> slice(Bytes bytes, std::uint64_t offset, std::uint64_t size) {
  if (offset > bytes.size() || size > bytes.size() - offset)
    return past_end(offset, size, bytes.size());
  return bytes.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(size));
}

}  // namespace bartizan
