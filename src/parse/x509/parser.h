// DER certificates (RFC 5280), by OpenSSL behind a bound on size. Nothing is verified here.
#pragma once

#include "base/byte_reader.h"
#include "base/result.h"
#include "parse/x509/types.h"

namespace bartizan::parse {

inline constexpr std::size_t kMaxCertificateBytes = 64 << 10;

// One certificate and nothing after it. kInvalid: not one; kLimit: larger than the bound. A public
// key of an unknown kind leaves key_type empty.
Result<Certificate> parse_certificate(Bytes der);

}  // namespace bartizan::parse
