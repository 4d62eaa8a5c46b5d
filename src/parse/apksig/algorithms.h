// Signature algorithms of APK Signature Scheme v2 and v3.
#pragma once

#include <cstdint>
#include <optional>

#include "base/byte_reader.h"

namespace bartizan::parse {

// Weakest first, as AOSP ranks them. kVerity is the root of an fs-verity tree.
enum class ContentDigest { kChunkedSha256, kVerity, kChunkedSha512 };

struct SchemeAlgorithm {
  ContentDigest digest;
  std::uint32_t first_platform;  // that verifies it
};

// Nothing: an id that no platform knows.
std::optional<SchemeAlgorithm> scheme_algorithm(std::uint32_t id);

// True when `signature` over `data` verifies with the key (SubjectPublicKeyInfo, DER).
bool signature_verifies(std::uint32_t algorithm, Bytes public_key, Bytes data, Bytes signature);

bool same_public_key(Bytes a, Bytes b);

}  // namespace bartizan::parse
