// ZIP (PKWARE APPNOTE 6.3.10) read the way Android reads it: system/libziparchive for what it
// believes, frameworks/base AssetManager for entries of unknown compression methods.
//
// Anomalies, of the end record and the directory: zip.no_end_record zip.multiple_end_records
// zip.bad_end_record zip.trailing_data zip.prepended_data zip.bad_directory zip.hidden_entries
// zip.zip64 zip.limit zip.comment; of an entry's headers: zip.encrypted_flag zip.flags_mismatch
// zip.unknown_method zip.method_mismatch zip.size_mismatch zip.stored_sizes_differ
// zip.crc_mismatch_header zip.name_mismatch zip.bad_local_header; of names: names.h; of how entries
// lie in the file: layout.h; of an entry's content: zip.wrong_size zip.wrong_crc zip.bad_deflate
// zip.output_limit zip.data_outside_file
#pragma once

#include <cstddef>

#include "base/result.h"
#include "parse/zip/types.h"

namespace bartizan::parse {

inline constexpr std::size_t kMaxZipEntries = 65535;

// kInvalid: neither an end record nor a local header at the start, so not a ZIP at all. Anything
// else is an archive with anomalies. Time and memory are linear in the input.
Result<ZipArchive> parse_zip(Bytes bytes);

// The entry's bytes, at most `limit` of them. Never fails: what is wrong is in the anomalies.
ZipContent read_zip_entry(const ZipArchive& archive, const ZipEntry& entry, std::size_t limit);

}  // namespace bartizan::parse
