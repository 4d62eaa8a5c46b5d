#include "base/id.h"

#include <algorithm>

namespace bartizan {
namespace {

std::string format_uuid(std::span<std::uint8_t, 16> bytes, std::uint8_t version) {
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | (version << 4));
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
  std::string text = hex(bytes);
  for (const std::size_t at : {8u, 13u, 18u, 23u}) text.insert(at, 1, '-');
  return text;
}

}  // namespace

std::string new_uuid(Timestamp now, Random& random) {
  std::array<std::uint8_t, 16> bytes;
  random.fill(bytes);
  const auto millis = static_cast<std::uint64_t>(to_millis(now));
  for (std::size_t i = 0; i < 6; ++i) bytes[i] = static_cast<std::uint8_t>(millis >> (40 - 8 * i));
  return format_uuid(bytes, 7);
}

std::string uuid_of(std::string_view name) {
  const Sha256Digest digest = sha256(as_bytes(name));
  std::array<std::uint8_t, 16> bytes;
  std::copy_n(digest.begin(), bytes.size(), bytes.begin());
  return format_uuid(bytes, 8);
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    const bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    if (hyphen ? c != '-' : !digit) return false;
  }
  return true;
}

}  // namespace bartizan
