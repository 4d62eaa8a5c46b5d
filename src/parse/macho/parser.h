// Mach-O, thin and universal, 32 and 64 bits (Apple xnu EXTERNAL_HEADERS/mach-o/loader.h, fat.h),
// and its embedded code signature (xnu osfmk/kern/cs_blobs.h).
//
// Anomalies: macho.bad_slice macho.overlapping_slices macho.bad_load_command macho.bad_segment
// macho.writable_code macho.bad_symbol_table macho.bad_string macho.limit macho.no_signature
// macho.bad_code_signature macho.page_hash_mismatch macho.blob_hash_mismatch
// macho.entitlements_differ macho.bad_entitlements
#pragma once

#include <cstddef>

#include "base/byte_reader.h"
#include "base/result.h"
#include "parse/macho/types.h"

namespace bartizan::parse {

inline constexpr std::size_t kMaxMachoImages = 16;
inline constexpr std::size_t kMaxLoadCommands = 4096;  // of one image
inline constexpr std::size_t kMaxMachoSymbols = 100'000;
inline constexpr std::size_t kMaxMachoNameBytes = 4096;

bool looks_like_macho(Bytes bytes);

// kInvalid: no Mach-O header. kUnsupported: big-endian, which no iPhone runs. Anything else is a
// file with anomalies. Time and memory are linear in the input, for each of the images.
Result<MachoFile> parse_macho(Bytes bytes);

}  // namespace bartizan::parse
