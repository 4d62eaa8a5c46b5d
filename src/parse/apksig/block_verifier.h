// APK Signature Scheme v2, v3 and v3.1, verified for a range of platforms.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "parse/apksig/content_digest.h"
#include "parse/apksig/types.h"

namespace bartizan::parse {

inline constexpr std::uint32_t kFirstV2Platform = 24;
inline constexpr std::uint32_t kFirstV3Platform = 28;
inline constexpr std::uint32_t kFirstV31Platform = 33;

// No error: every platform of the range accepts the file by this scheme.
struct BlockResult {
  std::vector<Certificate> signers;  // in the block's order
  std::vector<std::string> errors;   // ids as in verifier.h
  std::vector<std::string> lineage;  // v3: the longest proof of rotation, oldest certificate first
  std::uint32_t lowest_sdk = 0;      // v3: from which on any signer is meant
};

// `misses_v3`: the platforms know v3, and the file has no v3 signature.
BlockResult verify_v2_block(Bytes block, SdkRange range, bool misses_v3, ContentDigests& digests);

enum class V3Scheme { kV3, kV31 };

// `rotation_from`: the lowest platform that the file's v3.1 signers are meant for; nothing: no
// v3.1.
BlockResult verify_v3_block(Bytes block, V3Scheme scheme, SdkRange range,
                            std::optional<std::uint32_t> rotation_from, ContentDigests& digests);

}  // namespace bartizan::parse
