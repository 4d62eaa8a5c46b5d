// Time-based one-time passwords: RFC 6238 over HMAC-SHA-1, 30 s steps, 6 digits, as authenticator
// apps expect.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_reader.h"
#include "base/crypto.h"
#include "base/time.h"

namespace bartizan::server {

// RFC 4648 section 6, unpadded upper case.
std::string base32(Bytes bytes);
Result<std::vector<std::uint8_t>> unbase32(std::string_view text);

std::string new_totp_secret(Random& random);  // 160 bits, base32

std::int64_t totp_step(Timestamp now);
std::string totp_code(Bytes key, std::int64_t step, int digits = 6);

// The step whose code this is, among the present one and its neighbours, if it lies after
// `last_step`: a code is good once. The caller stores it.
std::optional<std::int64_t> check_totp(std::string_view secret, std::string_view code,
                                       Timestamp now, std::int64_t last_step);

// otpauth://totp/Bartizan:NAME?secret=...&issuer=Bartizan
std::string totp_url(std::string_view account, std::string_view secret);

}  // namespace bartizan::server
