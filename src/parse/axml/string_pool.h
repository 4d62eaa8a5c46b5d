// The string pool chunk (ResStringPool) that binary XML and resource tables share.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/byte_reader.h"
#include "parse/anomaly.h"

namespace bartizan::parse {

// Strings are decoded when asked for. Refers to the chunk's bytes, which must outlive it.
class StringPool {
 public:
  StringPool() = default;

  // `chunk` starts at the chunk's header. A count that the chunk cannot hold is lowered to what
  // it can and reported.
  static Result<StringPool> parse(Bytes chunk, std::vector<Anomaly>& anomalies);

  std::size_t size() const { return count_; }

  // Printable UTF-8 (see printable()); empty past the end. Strings longer than `max_bytes` are cut.
  std::string string(std::uint32_t index, std::size_t max_bytes,
                     std::vector<Anomaly>& anomalies) const;

 private:
  // `most` bounds the work, in bytes or UTF-16 units.
  std::string decode_utf8(std::size_t at, std::size_t most, std::vector<Anomaly>& anomalies) const;
  std::string decode_utf16(std::size_t at, std::size_t most, std::vector<Anomaly>& anomalies) const;

  Bytes chunk_;
  std::size_t header_size_ = 0;
  std::size_t strings_start_ = 0;
  std::size_t count_ = 0;
  bool utf8_ = false;
};

}  // namespace bartizan::parse
