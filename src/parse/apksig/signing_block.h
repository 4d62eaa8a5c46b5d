// The APK Signing Block and the signers of schemes v2 and v3 within it, decoded and not judged.
// Source: source.android.com "APK Signature Scheme v2" and "v3"; AOSP android.util.apk.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/byte_reader.h"
#include "base/result.h"
#include "parse/zip/types.h"

namespace bartizan::parse {

inline constexpr std::uint32_t kSchemeV2Block = 0x7109871a;
inline constexpr std::uint32_t kSchemeV3Block = 0xf05368c0;
inline constexpr std::uint32_t kSchemeV31Block = 0x1b93ad61;
inline constexpr std::uint32_t kSourceStampV1Block = 0x2b09189e;
inline constexpr std::uint32_t kSourceStampV2Block = 0x6dff800d;

struct SigningBlock {
  std::uint64_t offset = 0;  // of the block's first byte in the file
  struct Pair {
    std::uint32_t id;
    Bytes value;
  };
  std::vector<Pair> pairs;
  bool malformed = false;  // pairs follow that make no sense; a platform looks no further

  std::optional<Bytes> find(std::uint32_t id) const;
};

// Nothing: the archive has none. kInvalid: it has the magic, and its sizes make no sense, so that
// no platform takes it for a signing block.
Result<std::optional<SigningBlock>> find_signing_block(const ZipArchive& archive);

struct AlgorithmValue {
  std::uint32_t algorithm;  // ids in algorithms.h
  Bytes value;
};
struct SignerAttribute {
  std::uint32_t id;
  Bytes value;
};

struct SchemeSigner {
  Bytes signed_data;
  std::vector<AlgorithmValue> digests;
  std::vector<Bytes> certificates;  // DER; the first is the signer's
  std::vector<SignerAttribute> attributes;
  std::vector<AlgorithmValue> signatures;
  Bytes public_key;           // SubjectPublicKeyInfo
  std::uint32_t min_sdk = 0;  // v3 only: outer values
  std::uint32_t max_sdk = 0;
  std::uint32_t signed_min_sdk = 0;  // v3 only: the values under the signature
  std::uint32_t signed_max_sdk = 0;

  const SignerAttribute* attribute(std::uint32_t id) const;
};

inline constexpr std::size_t kMaxSigners = 10;  // AOSP refuses more

enum class SignerLayout { kV2, kV3 };  // v3.1 is laid out as v3

// kLimit: more than kMaxSigners; kInvalid: lengths that do not fit.
Result<std::vector<SchemeSigner>> parse_signers(Bytes block, SignerLayout layout);

// A u32 length and that many bytes.
Result<Bytes> take_length_prefixed(ByteReader& reader);

}  // namespace bartizan::parse
