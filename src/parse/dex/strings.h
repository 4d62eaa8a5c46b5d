// The string table of a DEX file (Dalvik Executable,
// source.android.com/docs/core/runtime/dex-format).
//
// Anomalies: dex.bad_magic dex.bad_string_table dex.string_outside_file dex.limit
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "base/byte_reader.h"
#include "parse/anomaly.h"

namespace bartizan::parse {

struct DexStrings {
  std::size_t visited = 0;
  std::vector<Anomaly> anomalies;
  bool truncated = false;  // strings are missing
};

// Calls `visit` with each string's bytes (MUTF-8, without the final zero), at most 64 KiB of each.
// Strings that share bytes are visited until twice the file's size has been seen.
DexStrings visit_dex_strings(Bytes dex, const std::function<void(std::string_view)>& visit);

}  // namespace bartizan::parse
