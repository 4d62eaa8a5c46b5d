#include "parse/axml/string_pool.h"

#include <algorithm>

namespace bartizan::parse {
namespace {

constexpr std::uint32_t kSortedFlag = 1;
constexpr std::uint32_t kUtf8Flag = 1 << 8;
constexpr std::size_t kPoolHeaderSize = 28;

void append_utf8(std::string& out, std::uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xc0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xe0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (c & 0x3f));
  } else {
    out += static_cast<char>(0xf0 | c >> 18);
    out += static_cast<char>(0x80 | (c >> 12 & 0x3f));
    out += static_cast<char>(0x80 | (c >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (c & 0x3f));
  }
}

// One or two units; the top bit of the first says that there is a second.
Result<std::size_t> utf8_length(ByteReader& reader) {
  BARTIZAN_ASSIGN(const std::uint8_t first, reader.u8());
  if (!(first & 0x80)) return std::size_t{first};
  BARTIZAN_ASSIGN(const std::uint8_t second, reader.u8());
  return std::size_t{(first & 0x7fu) << 8 | second};
}
Result<std::size_t> utf16_length(ByteReader& reader) {
  BARTIZAN_ASSIGN(const std::uint16_t first, reader.u16());
  if (!(first & 0x8000)) return std::size_t{first};
  BARTIZAN_ASSIGN(const std::uint16_t second, reader.u16());
  return std::size_t{(first & 0x7fffu) << 16 | second};
}

}  // namespace

Result<StringPool> StringPool::parse(Bytes chunk, std::vector<Anomaly>& anomalies) {
  ByteReader reader(chunk);
  BARTIZAN_TRY(reader.skip(2));
  BARTIZAN_ASSIGN(const std::uint16_t header_size, reader.u16());
  BARTIZAN_TRY(reader.skip(4));
  BARTIZAN_ASSIGN(const std::uint32_t count, reader.u32());
  BARTIZAN_ASSIGN(const std::uint32_t style_count, reader.u32());
  BARTIZAN_ASSIGN(const std::uint32_t flags, reader.u32());
  BARTIZAN_ASSIGN(const std::uint32_t strings_start, reader.u32());
  BARTIZAN_ASSIGN(const std::uint32_t styles_start, reader.u32());
  StringPool pool;
  pool.chunk_ = chunk;
  pool.header_size_ = std::max<std::size_t>(header_size, kPoolHeaderSize);
  pool.strings_start_ = strings_start;
  pool.utf8_ = flags & kUtf8Flag;
  if ((flags & ~(kSortedFlag | kUtf8Flag)) != 0)
    note_anomaly(anomalies, "axml.string_pool_flags", "string pool",
                 "flags " + std::to_string(flags) + ", of which some mean nothing");
  if (style_count == 0 && styles_start != 0)
    note_anomaly(
        anomalies, "axml.string_pool_styles", "string pool",
        "styles said to start at " + std::to_string(styles_start) + ", of which it has none");
  const std::size_t room =
      chunk.size() > pool.header_size_ ? (chunk.size() - pool.header_size_) / 4 : 0;
  pool.count_ = std::min<std::size_t>(count, room);
  if (pool.count_ < count || (count > 0 && strings_start > chunk.size()))
    note_anomaly(anomalies, "axml.bad_string_pool", "string pool",
                 std::to_string(count) + " strings stated, room for " + std::to_string(room));
  return pool;
}

std::string StringPool::string(std::uint32_t index, std::size_t max_bytes,
                               std::vector<Anomaly>& anomalies) const {
  if (index >= count_) return {};
  ByteReader offsets(chunk_);
  if (!offsets.seek(header_size_ + std::size_t{index} * 4).ok()) return {};
  const Result<std::uint32_t> offset = offsets.u32();
  if (!offset.ok()) return {};
  const std::size_t at = strings_start_ + std::size_t{*offset};
  if (at >= chunk_.size()) {
    note_anomaly(anomalies, "axml.bad_string", "string " + std::to_string(index),
                 "lies outside the pool");
    return {};
  }
  const std::string raw = utf8_ ? decode_utf8(at, max_bytes + 1, anomalies)
                                : decode_utf16(at, max_bytes + 1, anomalies);
  std::string shown = printable(raw, max_bytes);
  if (shown != raw)
    note_anomaly(anomalies, "axml.bad_string", "string " + std::to_string(index),
                 "control characters, bad encoding or too long: " + shown.substr(0, 80));
  return shown;
}

std::string StringPool::decode_utf8(std::size_t at, std::size_t most,
                                    std::vector<Anomaly>& anomalies) const {
  ByteReader reader(chunk_);
  if (!reader.seek(at).ok() || !utf8_length(reader).ok()) return {};  // length in characters
  const Result<std::size_t> size = utf8_length(reader);
  if (!size.ok()) return {};
  const std::size_t there = std::min(*size, reader.remaining());
  const Result<Bytes> text = reader.take(there);
  const Result<std::uint8_t> end = reader.u8();
  if (there < *size || !end.ok() || *end != 0)
    note_anomaly(anomalies, "axml.unterminated_string", "offset " + std::to_string(at),
                 "no zero byte where its length says");
  return std::string(as_text(text->first(std::min(there, most))));
}

std::string StringPool::decode_utf16(std::size_t at, std::size_t most,
                                     std::vector<Anomaly>& anomalies) const {
  ByteReader reader(chunk_);
  if (!reader.seek(at).ok()) return {};
  const Result<std::size_t> size = utf16_length(reader);
  if (!size.ok()) return {};
  const std::size_t units = std::min(*size, reader.remaining() / 2);
  std::string out;
  std::uint32_t high = 0;
  for (std::size_t i = 0; i < std::min(units, most); ++i) {
    const std::uint32_t unit = *reader.u16();
    if (high != 0 && unit >= 0xdc00 && unit < 0xe000) {
      append_utf8(out, 0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00));
      high = 0;
      continue;
    }
    if (high != 0) append_utf8(out, high);  // lone: printable() will show it as bad
    high = unit >= 0xd800 && unit < 0xdc00 ? unit : 0;
    if (high == 0) append_utf8(out, unit);
  }
  if (high != 0) append_utf8(out, high);
  if (units > most) return out;
  const Result<std::uint16_t> end = reader.u16();
  if (units < *size || !end.ok() || *end != 0)
    note_anomaly(anomalies, "axml.unterminated_string", "offset " + std::to_string(at),
                 "no zero where its length says");
  return out;
}

}  // namespace bartizan::parse
