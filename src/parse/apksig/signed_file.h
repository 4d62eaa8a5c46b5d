// The PKCS #7 signature of a JAR's .SF file (META-INF/*.RSA, *.DSA, *.EC; RFC 2315), by OpenSSL.
#pragma once

#include <string>

#include "base/byte_reader.h"
#include "base/result.h"
#include "parse/apksig/types.h"

namespace bartizan::parse {

inline constexpr std::size_t kMaxSignatureBlockBytes = 1 << 20;

struct SignedFile {
  Certificate signer;
  std::string digest;  // what the signature digests with: "MD5", "SHA1", "SHA256" ...
};

// The first signer whose signature over `signed_file` verifies, as every platform of the range
// would find it: before Android 7 the first signer alone counts, since then all are tried, and each
// one's authenticated attributes must be well formed. kDenied: none verifies; kUnsupported: a
// platform of the range does not know its algorithms; kInvalid: no PKCS #7 signature, or
// attributes or a certificate that a platform refuses.
Result<SignedFile> verify_signed_file(Bytes signature_block, Bytes signed_file, SdkRange range);

}  // namespace bartizan::parse
