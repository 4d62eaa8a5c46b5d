// Would Android accept this APK's signature, and whose is it?
//
// The newest scheme the platform knows decides, as in AOSP's ApkSignatureVerifier: v3.1 from
// API 33, v3 from 28, v2 from 24, else the JAR scheme (v1), whose presence is recognised but
// which is not verified. A scheme that was stripped off is noticed by the marks the others carry.
//
// Errors (ids): archive.malformed, block.malformed, and for a scheme "v2.": malformed no_signers
// too_many_signers no_certificate bad_certificate no_supported_algorithm algorithm_mismatch
// signature_mismatch public_key_mismatch digest_mismatch sdk_range_mismatch bad_lineage stripped
// required (the app targets an API level that v1 alone does not satisfy).
#pragma once

#include <cstdint>
#include <optional>

#include "parse/apksig/types.h"
#include "parse/zip/types.h"

namespace bartizan::parse {

inline constexpr std::uint32_t kNewestPlatform = 36;  // Android 16

struct SignaturePlatform {
  std::uint32_t sdk = kNewestPlatform;
  std::optional<std::int64_t> target_sdk;  // of the app; absent: not known
};

// Time and memory are linear in the file.
ApkSignature verify_apk_signature(const ZipArchive& archive, const SignaturePlatform& platform);

}  // namespace bartizan::parse
