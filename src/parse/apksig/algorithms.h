// Signature algorithms and content digests of APK Signature Scheme v2 and v3.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/byte_reader.h"

namespace bartizan::parse {

enum class ContentDigest { kChunkedSha256, kChunkedSha512 };

// Nothing: an id this version cannot verify (fs-verity digests among them) or does not know.
std::optional<ContentDigest> content_digest_of(std::uint32_t algorithm);

// True when `signature` over `data` verifies with the key (SubjectPublicKeyInfo, DER).
bool signature_verifies(std::uint32_t algorithm, Bytes public_key, Bytes data, Bytes signature);

bool same_public_key(Bytes a, Bytes b);

// The parts of an APK that the signature covers, in this order.
struct SignedSections {
  Bytes before_block;
  Bytes central_directory;
  std::vector<std::uint8_t> end_record;  // with the directory's offset set to the block's
};

// Digest of the digests of 1 MiB chunks; each chunk is prefixed with 0xa5 and its length, the
// whole with 0x5a and the number of chunks.
std::vector<std::uint8_t> digest_content(const SignedSections& sections, ContentDigest kind);

}  // namespace bartizan::parse
