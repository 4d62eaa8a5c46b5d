// The few cryptographic primitives the whole product shares; all of them are OpenSSL's.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_reader.h"
#include "base/result.h"

namespace bartizan {

using Sha256Digest = std::array<std::uint8_t, 32>;

Sha256Digest sha256(Bytes bytes);
std::string sha256_hex(Bytes bytes);
std::string sha1_hex(Bytes bytes);  // only to compare with published or stored SHA-1
Sha256Digest hmac_sha256(Bytes key, Bytes message);

// SHA-256 of data that arrives in pieces.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void update(Bytes bytes);
  Sha256Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// True when equal; the time taken depends on the lengths alone.
bool equal_constant_time(Bytes a, Bytes b);

std::string hex(Bytes bytes);  // lower case
Result<std::vector<std::uint8_t>> unhex(std::string_view text);
std::string base64(Bytes bytes);     // RFC 4648 section 4, padded
std::string base64url(Bytes bytes);  // RFC 4648 section 5, unpadded
Result<std::vector<std::uint8_t>> unbase64(
    std::string_view text);  // either alphabet, padding optional

// Randomness is passed in, so that tests can repeat it.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::uint8_t> out) = 0;
};

class SystemRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override;
};

// `size` random bytes as unpadded base64url: tokens, secrets, salts.
std::string random_token(Random& random, std::size_t size = 32);

}  // namespace bartizan
