// An X.509 certificate's facts.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"

namespace bartizan::parse {

struct Certificate {
  std::string sha256;  // of the DER bytes, hex
  std::string sha1;
  std::string subject;  // RFC 2253, printable UTF-8
  std::string issuer;
  Timestamp not_before;
  Timestamp not_after;
  std::string key_type;  // "RSA", "EC", "DSA", or OpenSSL's name of another; "" when unreadable
  int key_bits = 0;
  std::vector<std::uint8_t> public_key;  // SubjectPublicKeyInfo, DER
};

}  // namespace bartizan::parse
