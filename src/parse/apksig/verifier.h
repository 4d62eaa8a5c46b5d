// Would Android accept this APK's signature, and whose is it?
//
// Judged for a range of platforms as AOSP's reference verifier (apksig) does: v3.1 from API 33, v3
// from 28, v2 from 24 decide where they are present, and the JAR scheme (v1) for platforms that
// know no newer one; the schemes must name the same signers. A scheme that was stripped off is
// noticed by the marks the others carry.
//
// Errors (ids): archive.malformed archive.no_manifest (AndroidManifest.xml), and for a scheme:
//   "v2." "v3." "v3.1.": malformed no_signers too_many_signers no_certificate bad_certificate
//     no_supported_algorithm algorithm_mismatch signature_mismatch public_key_mismatch
//     digest_mismatch stripped
//   "v3." "v3.1.": sdk_range_invalid sdk_range_mismatch sdk_ranges_inconsistent sdk_range_missing
//     bad_lineage lineages_inconsistent rotation_sdk_mismatch without_v3 past_signers_differ
//     several_past_signers
//   "v1.": no_manifest no_signers too_many_signers malformed malformed_entry duplicate_entry
//     duplicate_section entry_missing entry_not_signed nothing_signed signers_differ
//     signature_mismatch unsupported_algorithm main_section_digest_mismatch
//     section_digest_mismatch entry_digest_mismatch stripped signer_not_in_v2
//     required (the app targets an API level that v1 alone does not satisfy)
//     sandbox_needs_v2 (android:targetSandboxVersion 2 asks for a newer scheme); "v2.":
//     signer_not_in_v1
// Warnings (ids): block.malformed, digest.md5 digest.sha1 (the JAR signature rests on nothing
// stronger), key.rsa_BITS below 2048, key.dsa_BITS, key.ec_BITS below 224, scheme.v1_only.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "parse/apksig/types.h"
#include "parse/zip/types.h"

namespace bartizan::parse {

inline constexpr std::uint32_t kNewestPlatform = 36;  // Android 16

struct SignatureQuestion {
  SdkRange range;
  std::optional<std::int64_t> target_sdk;  // of the app; absent: not known
  std::optional<std::int64_t> target_sandbox_version;
};

// Keeps what several questions about one file share: its content digests above all.
class ApkSignatureVerifier {
 public:
  // `archive` must outlive it, and so must what the caller holds of it already, which is then not
  // inflated again.
  explicit ApkSignatureVerifier(const ZipArchive& archive, InflatedEntries inflated = {});
  ~ApkSignatureVerifier();
  ApkSignatureVerifier(const ApkSignatureVerifier&) = delete;
  ApkSignatureVerifier& operator=(const ApkSignatureVerifier&) = delete;

  // Time and memory are linear in the file.
  ApkSignature verify(const SignatureQuestion& question);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

ApkSignature verify_apk_signature(const ZipArchive& archive, const SignatureQuestion& question);

}  // namespace bartizan::parse
