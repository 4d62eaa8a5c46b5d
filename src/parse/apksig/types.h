// Who signed an APK, and whether Android would believe it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "parse/x509/types.h"

namespace bartizan::parse {

enum class SignatureVerdict {
  kVerified,     // the platform would accept it
  kRejected,     // the platform would refuse it; `errors` says why
  kUnsigned,     // no signature of any scheme
  kNotVerified,  // signed by the JAR scheme (v1) alone, and too large to verify
};
std::string_view to_string(SignatureVerdict value);  // "verified", "rejected", "unsigned",
                                                     // "not_verified"

struct ApkSignature {
  SignatureVerdict verdict = SignatureVerdict::kUnsigned;
  std::vector<std::string> schemes;  // present: "v1", "v2", "v3", "v3.1"
  std::string verified_by;           // the scheme that decided; empty: none
  std::vector<Certificate> signers;  // of that scheme; claimed, not proven, unless verified
  std::vector<std::string> errors;   // ids as in verifier.h, "v2.digest_mismatch"
};

}  // namespace bartizan::parse
