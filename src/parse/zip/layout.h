// How an archive's entries lie in the file.
#pragma once

#include <cstdint>
#include <vector>

#include "parse/zip/types.h"

namespace bartizan::parse {

// `local_offsets`: where each entry's local header begins, in the entries' order. Notes
// zip.dex_prefix, zip.prepended_data, zip.overlapping_entries, zip.unlisted_entry and zip.bomb.
// Time is linear in the file and n log n in the entries.
void check_layout(ZipArchive& archive, const std::vector<std::uint64_t>& local_offsets);

}  // namespace bartizan::parse
