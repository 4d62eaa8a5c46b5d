// The proof of rotation of APK Signature Scheme v3: each certificate signed by the one before.
#pragma once

#include "base/byte_reader.h"
#include "base/result.h"

namespace bartizan::parse {

// Ok when every link verifies and the last certificate is `signer` (DER).
Status verify_lineage(Bytes lineage, Bytes signer);

}  // namespace bartizan::parse
