// The proof of rotation of APK Signature Scheme v3: each certificate signed by the one before.
#pragma once

#include <string>
#include <vector>

#include "base/byte_reader.h"
#include "base/result.h"

namespace bartizan::parse {

// The SHA-256 of its certificates (hex), oldest first, when every link verifies and the last
// certificate is `signer` (DER).
Result<std::vector<std::string>> verify_lineage(Bytes lineage, Bytes signer);

}  // namespace bartizan::parse
