// A ZIP archive as Android's package installer sees it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/byte_reader.h"
#include "parse/anomaly.h"

namespace bartizan::parse {

// An entry by its central directory record: the platform believes that one, not the local header.
struct ZipEntry {
  std::string name;  // raw bytes; printable() before it is shown
  std::uint16_t flags = 0;
  std::uint16_t method = 0;  // 0 stored, 8 deflated; see read_zip_entry for any other
  std::uint32_t crc32 = 0;
  std::uint64_t compressed_size = 0;
  std::uint64_t size = 0;         // as stated; what comes out may differ
  std::uint64_t data_offset = 0;  // from the start of the file

  // An unknown method counts as stored when the two sizes agree and as deflated when they do not.
  bool is_deflated() const;
};

// Refers to the bytes it was parsed from, which must outlive it.
struct ZipArchive {
  Bytes bytes;
  std::vector<ZipEntry> entries;  // in central directory order, duplicates included
  std::uint64_t central_directory_offset = 0;
  std::uint64_t central_directory_size = 0;
  std::uint64_t end_record_offset = 0;
  bool has_end_record = false;  // false: entries were recovered from local headers
  std::vector<Anomaly> anomalies;
  bool truncated = false;  // entries are missing from the list

  // The first entry of that name, which is the one the platform's native code opens.
  const ZipEntry* find(std::string_view name) const;
};

struct ZipContent {
  std::vector<std::uint8_t> bytes;
  std::vector<Anomaly> anomalies;
  bool truncated = false;  // more was there than the limit allowed, or the data ended early
};

// Entries of one archive that somebody holds already, whole.
using InflatedEntries = std::unordered_map<const ZipEntry*, Bytes>;

}  // namespace bartizan::parse
