// The PKCS #7 signature of a JAR's .SF file (META-INF/*.RSA, *.DSA, *.EC; RFC 2315), by OpenSSL.
#pragma once

#include "base/byte_reader.h"
#include "base/result.h"
#include "parse/x509/types.h"

namespace bartizan::parse {

inline constexpr std::size_t kMaxSignatureBlockBytes = 1 << 20;

// The certificate of the first signer whose signature over `signed_file` verifies. Every signer's
// authenticated attributes must be well formed, as Android 7 and newer ask. kDenied: none
// verifies; kInvalid: no PKCS #7 signature, or attributes that make no sense.
Result<Certificate> verify_signed_file(Bytes signature_block, Bytes signed_file);

}  // namespace bartizan::parse
