// TLSH, a digest that changes little where the data changes little: J. Oliver, C. Cheng, Y. Chen,
// "TLSH - A Locality Sensitive Hash", 2013; 128 buckets, one byte of checksum, as published
// digests are made.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/byte_reader.h"

namespace bartizan {

struct TlshDigest {
  std::uint8_t checksum = 0;
  std::uint8_t length = 0;    // of the data, in steps of a logarithm
  std::uint8_t q1_ratio = 0;  // 0-15: lower quartile of the buckets to the upper one
  std::uint8_t q2_ratio = 0;
  std::array<std::uint8_t, 32> code{};  // two bits a bucket: in which quarter it lies

  bool operator==(const TlshDigest&) const = default;
};

// "T1" and 70 upper-case hex digits.
std::string to_string(const TlshDigest& digest);
// Of either case, with or without "T1".
std::optional<TlshDigest> parse_tlsh(std::string_view text);

// 0 for the same digest; below 30 the data are nearly the same, above 100 they have little in
// common (figures of the paper). Not a metric.
int tlsh_distance(const TlshDigest& a, const TlshDigest& b);

// Of data that arrives in pieces, as if they were one. A few nanoseconds a byte.
class Tlsh {
 public:
  void update(Bytes bytes);
  // Nothing for less than 50 bytes, and for data too uniform to tell from others.
  std::optional<TlshDigest> finish() const;

 private:
  static constexpr std::size_t kTriplets = 6;
  std::array<std::array<std::uint32_t, 256>, kTriplets> counts_{};  // of each triplet, added later
  std::array<std::uint8_t, 4> window_{};  // the last bytes, the newest first
  std::uint64_t size_ = 0;
  std::uint8_t checksum_ = 0;
};

}  // namespace bartizan
