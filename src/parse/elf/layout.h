// What the readers of an ELF file's tables share.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/byte_reader.h"
#include "parse/anomaly.h"

namespace bartizan::parse {

inline constexpr std::uint32_t kSegmentLoad = 1;
inline constexpr std::uint32_t kSegmentDynamic = 2;
inline constexpr std::uint32_t kSegmentStack = 0x6474e551;  // PT_GNU_STACK
inline constexpr std::uint32_t kSegmentRelro = 0x6474e552;  // PT_GNU_RELRO
inline constexpr std::uint32_t kSegmentExecutable = 1;
inline constexpr std::uint32_t kSegmentWritable = 2;

// A ByteReader that knows whether addresses have four bytes or eight.
class ElfReader : public ByteReader {
 public:
  ElfReader(Bytes bytes, bool is_64) : ByteReader(bytes), is_64_(is_64) {}
  bool is_64() const { return is_64_; }
  std::size_t word_size() const { return is_64_ ? 8 : 4; }
  Result<std::uint64_t> word() {
    if (is_64_) return u64();
    BARTIZAN_ASSIGN(const std::uint32_t value, u32());
    return std::uint64_t{value};
  }

 private:
  bool is_64_;
};

// The zero-terminated text at `offset` of a string table; empty, with an anomaly, when it is not.
std::string_view elf_string(Bytes table, std::uint64_t offset, std::vector<Anomaly>& anomalies);

}  // namespace bartizan::parse
