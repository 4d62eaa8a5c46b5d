#include <libdeflate.h>

#include <algorithm>
#include <string>

#include "parse/zip/inflate.h"
#include "parse/zip/parser.h"

namespace bartizan::parse {
namespace {

constexpr std::uint16_t kStored = 0;
constexpr std::uint16_t kDeflated = 8;

void inflate_into(ZipContent& content, Bytes data, const ZipEntry& entry, std::size_t limit) {
  const Inflated inflated = inflate(Decompressor(), data, entry.size, limit, [&](std::size_t size) {
    content.bytes.resize(size);
    return std::span<std::uint8_t>(content.bytes);
  });
  content.bytes.resize(inflated.size);
  if (inflated.end == InflateEnd::kWhole) return;
  content.truncated = true;
  if (inflated.end == InflateEnd::kBadData) {
    note_anomaly(content.anomalies, "zip.bad_deflate", entry.name, "the data does not inflate");
  } else {
    note_anomaly(content.anomalies, "zip.output_limit", entry.name,
                 "inflates to more than " + std::to_string(limit) + " bytes");
  }
}

}  // namespace

// Of a made-up method the asset manager maps the stated size as it lies, while the signature
// verifier inflates; what is really there is told by whether the two sizes agree.
bool ZipEntry::is_deflated() const {
  if (method == kDeflated || method == kStored) return method == kDeflated;
  return compressed_size != size;
}

EntryData data_of(const ZipArchive& archive, const ZipEntry& entry) {
  const std::uint64_t stated =
      entry.is_deflated() || entry.size == 0 ? entry.compressed_size : entry.size;
  if (entry.data_offset > archive.bytes.size())
    return {.bytes = {}, .stated = stated, .outside = true};
  const Bytes rest = archive.bytes.subspan(static_cast<std::size_t>(entry.data_offset));
  const auto there = static_cast<std::size_t>(std::min<std::uint64_t>(stated, rest.size()));
  return {.bytes = rest.first(there), .stated = stated, .outside = there < stated};
}

ZipContent read_zip_entry(const ZipArchive& archive, const ZipEntry& entry, std::size_t limit) {
  ZipContent content;
  const EntryData data = data_of(archive, entry);
  if (data.outside) {
    content.truncated = true;
    note_anomaly(
        content.anomalies, "zip.data_outside_file", entry.name,
        std::to_string(data.stated) + " bytes at offset " + std::to_string(entry.data_offset));
  }
  if (entry.is_deflated()) {
    inflate_into(content, data.bytes, entry, limit);
  } else {
    if (data.bytes.size() > limit) {
      content.truncated = true;
      note_anomaly(content.anomalies, "zip.output_limit", entry.name,
                   "larger than " + std::to_string(limit) + " bytes");
    }
    const Bytes kept = data.bytes.first(std::min(data.bytes.size(), limit));
    content.bytes.assign(kept.begin(), kept.end());
  }
  if (content.truncated) return content;
  if (content.bytes.size() != entry.size)
    note_anomaly(content.anomalies, "zip.wrong_size", entry.name,
                 std::to_string(entry.size) + " bytes stated, " +
                     std::to_string(content.bytes.size()) + " found");
  if (libdeflate_crc32(0, content.bytes.data(), content.bytes.size()) != entry.crc32)
    note_anomaly(content.anomalies, "zip.wrong_crc", entry.name, "the data does not match its CRC");
  return content;
}

}  // namespace bartizan::parse
