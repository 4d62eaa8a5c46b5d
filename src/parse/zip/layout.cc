#include "parse/zip/layout.h"

#include <algorithm>
#include <numeric>
#include <string>

namespace bartizan::parse {
namespace {

constexpr std::string_view kLocalSignature("PK\3\4", 4);
constexpr std::size_t kLocalHeaderSize = 30;
constexpr std::size_t kLocalNameSize = 26;  // offset of the field

// Honest packages inflate to a few times their size; deflate cannot do more than 1032.
constexpr std::uint64_t kBombRatio = 100;
constexpr std::uint64_t kBombBytes = 64 << 20;

// The local headers with a name in `gap`, which the directory does not list. Build tools fill holes
// with headers that have none.
bool has_named_header(std::string_view gap) {
  for (std::size_t at = gap.find(kLocalSignature); at != std::string_view::npos;
       at = gap.find(kLocalSignature, at + 1)) {
    if (gap.size() - at < kLocalHeaderSize) return false;
    if (gap[at + kLocalNameSize] != 0 || gap[at + kLocalNameSize + 1] != 0) return true;
  }
  return false;
}

void check_order(ZipArchive& archive, const std::vector<std::uint64_t>& local_offsets) {
  std::vector<std::size_t> order(archive.entries.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return local_offsets[a] < local_offsets[b]; });
  const std::string_view file = as_text(archive.bytes);
  std::uint64_t end = 0;  // of the entries before
  for (const std::size_t i : order) {
    const ZipEntry& entry = archive.entries[i];
    const std::uint64_t start = local_offsets[i];
    if (entry.data_offset >= file.size()) continue;  // no local header: noted already
    if (start < end)
      note_anomaly(archive.anomalies, "zip.overlapping_entries", entry.name,
                   "begins before the entry before it ends");
    if (start > end && has_named_header(file.substr(end, start - end)))
      note_anomaly(archive.anomalies, "zip.unlisted_entry", "offset " + std::to_string(end),
                   "a local header that the directory does not list");
    const std::uint64_t room = file.size() - entry.data_offset;
    end = std::max(end, entry.data_offset + std::min(entry.compressed_size, room));
  }
}

}  // namespace

void check_layout(ZipArchive& archive, const std::vector<std::uint64_t>& local_offsets) {
  const std::string_view file = as_text(archive.bytes);
  // CVE-2017-13156: the runtime ran the DEX file, the installer verified the archive behind it.
  if (file.starts_with("dex\n"))
    note_anomaly(archive.anomalies, "zip.dex_prefix", "offset 0", "the file is a DEX file too");
  std::uint64_t total = 0;
  for (const ZipEntry& entry : archive.entries)
    total += std::min<std::uint64_t>(entry.size, UINT32_MAX);  // no overflow for 2^32 entries
  if (total > kBombBytes && total / kBombRatio > file.size())
    note_anomaly(archive.anomalies, "zip.bomb", "central directory",
                 std::to_string(total) + " bytes from " + std::to_string(file.size()));
  if (local_offsets.size() != archive.entries.size()) return;  // recovered from local headers
  check_order(archive, local_offsets);
}

}  // namespace bartizan::parse
