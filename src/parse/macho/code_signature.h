// The embedded signature of a Mach-O image: a super blob of CodeDirectories, entitlements and CMS.
#pragma once

#include <optional>
#include <vector>

#include "base/byte_reader.h"
#include "parse/macho/types.h"

namespace bartizan::parse {

// `image` is all of the image, `signature` the bytes that LC_CODE_SIGNATURE names. Nothing: no
// CodeDirectory that could be read. Page hashes are checked against `image`.
std::optional<CodeSignature> read_code_signature(Bytes image, Bytes signature,
                                                 std::vector<Anomaly>& anomalies);

// True when `expected`, one of the directory's hashes, is that of `file`.
bool code_hash_matches(const CodeSignature& signature, Bytes expected, Bytes file);

}  // namespace bartizan::parse
