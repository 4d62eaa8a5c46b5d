// Who signed an APK, and whether Android would believe it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parse/x509/types.h"

namespace bartizan::parse {

enum class SignatureVerdict {
  kVerified,  // every platform asked about would accept it
  kRejected,  // one of them would refuse it; `errors` says why
  kUnsigned,  // no signature of any scheme
  kError,  // it could not be judged: signed by the JAR scheme (v1) alone, and too large to verify
};
std::string_view to_string(SignatureVerdict value);  // "verified", "rejected", "unsigned", "error"

// The stamp of a store over the content digests of the other schemes. It says where a file came
// from, never whether it may be installed.
struct SourceStamp {
  std::string certificate_sha256;  // of the stamp's signer as the file states it, hex; may be empty
  bool has_block = false;          // the signing block has the stamp's signature too
};

// Platform levels, both included.
struct SdkRange {
  std::uint32_t min = 1;
  std::uint32_t max = INT32_MAX;
};

struct ApkSignature {
  SignatureVerdict verdict = SignatureVerdict::kUnsigned;
  std::vector<std::string> schemes;          // that accept the file: "v1", "v2", "v3", "v3.1"
  std::vector<std::string> present;          // that the file carries, whatever their worth
  std::string verified_by;                   // the newest of `schemes` when verified
  std::vector<Certificate> signers;          // proven; empty unless verified
  std::vector<Certificate> claimed_signers;  // named by a signature that does not verify
  std::vector<std::string> lineage;  // proof of rotation: SHA-256 of the certificates, oldest first
  std::vector<std::string> errors;   // ids as in verifier.h, "v2.digest_mismatch"
  std::vector<std::string> warnings;  // ids as in verifier.h, "key.rsa_1024": accepted, but weak
  std::optional<SourceStamp> source_stamp;
};

}  // namespace bartizan::parse
