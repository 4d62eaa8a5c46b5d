#include <libdeflate.h>

#include <algorithm>
#include <string>

#include "parse/zip/parser.h"

namespace bartizan::parse {
namespace {

constexpr std::uint16_t kStored = 0;
constexpr std::uint16_t kDeflated = 8;
constexpr std::uint64_t kMaxDeflateRatio = 1032;  // 258 bytes from two bits

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

// Inflates `data` into `content`, growing up to `limit` when the stated size was too small.
void inflate(Bytes data, const ZipEntry& entry, std::size_t limit, ZipContent& content) {
  const Decompressor decompressor;
  const std::uint64_t possible = data.size() * kMaxDeflateRatio + 64;
  std::uint64_t capacity = std::min<std::uint64_t>({entry.size, possible, limit});
  for (;;) {
    content.bytes.resize(static_cast<std::size_t>(capacity));
    std::size_t produced = 0;
    std::uint8_t unused;  // libdeflate wants an address even for no bytes
    std::uint8_t* out = content.bytes.empty() ? &unused : content.bytes.data();
    const libdeflate_result result =
        decompressor.get() == nullptr
            ? LIBDEFLATE_BAD_DATA
            : libdeflate_deflate_decompress(decompressor.get(), data.data(), data.size(), out,
                                            content.bytes.size(), &produced);
    if (result == LIBDEFLATE_SUCCESS) {
      content.bytes.resize(produced);
      return;
    }
    if (result != LIBDEFLATE_INSUFFICIENT_SPACE) {
      content.bytes.clear();
      content.truncated = true;
      note_anomaly(content.anomalies, "zip.bad_deflate", entry.name, "the data does not inflate");
      return;
    }
    if (capacity >= limit) {
      content.bytes.clear();
      content.truncated = true;
      note_anomaly(content.anomalies, "zip.output_limit", entry.name,
                   "inflates to more than " + std::to_string(limit) + " bytes");
      return;
    }
    capacity = std::min<std::uint64_t>(std::max<std::uint64_t>(capacity * 2, 4096), limit);
  }
}

}  // namespace

// Of a made-up method the asset manager maps the stated size as it lies, while the signature
// verifier inflates; what is really there is told by whether the two sizes agree.
bool ZipEntry::is_deflated() const {
  if (method == kDeflated || method == kStored) return method == kDeflated;
  return compressed_size != size;
}

ZipContent read_zip_entry(const ZipArchive& archive, const ZipEntry& entry, std::size_t limit) {
  ZipContent content;
  const bool deflated = entry.is_deflated();
  const std::uint64_t stated = deflated || entry.size == 0 ? entry.compressed_size : entry.size;
  const std::uint64_t start = std::min<std::uint64_t>(entry.data_offset, archive.bytes.size());
  const std::uint64_t there = std::min(stated, archive.bytes.size() - start);
  if (there < stated || entry.data_offset > archive.bytes.size()) {
    content.truncated = true;
    note_anomaly(content.anomalies, "zip.data_outside_file", entry.name,
                 std::to_string(stated) + " bytes at offset " + std::to_string(entry.data_offset));
  }
  if (deflated) {
    inflate(archive.bytes.subspan(start, there), entry, limit, content);
  } else {
    if (there > limit) {
      content.truncated = true;
      note_anomaly(content.anomalies, "zip.output_limit", entry.name,
                   "larger than " + std::to_string(limit) + " bytes");
    }
    const Bytes data = archive.bytes.subspan(start, std::min<std::uint64_t>(there, limit));
    content.bytes.assign(data.begin(), data.end());
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
