// The certificates of a PKCS #7 message as they lie in it. OpenSSL encodes what it gives back anew
// as DER, and a certificate in BER then has another digest than the one platforms compute.
#pragma once

#include <vector>

#include "base/byte_reader.h"
#include "base/result.h"

namespace bartizan::parse {

// In the message's order. kInvalid: the message is not shaped like SignedData (RFC 2315).
Result<std::vector<Bytes>> raw_certificates(Bytes message);

}  // namespace bartizan::parse
