// The JAR signature (APK scheme v1): every file's digest in MANIFEST.MF, the manifest's in *.SF,
// and a PKCS #7 signature over that. As Android verifies it (AOSP StrictJarVerifier, apksig).
#pragma once

#include <string>
#include <vector>

#include "parse/apksig/types.h"
#include "parse/zip/types.h"

namespace bartizan::parse {

inline constexpr std::size_t kMaxJarEntryBytes = 256 << 20;  // inflated
inline constexpr std::size_t kMaxJarBytes = 1 << 30;         // of all entries together

struct JarSignature {
  std::vector<Certificate> signers;
  std::vector<std::string> errors;   // ids, see verifier.h
  std::vector<std::string> digests;  // used to accept it: "MD5", "SHA1", "SHA-256" ...
  bool limit_reached = false;        // too large to be verified: neither good nor bad
};

// META-INF has a signature block file.
bool has_jar_signature(const ZipArchive& archive);

// What else the file is signed with: a .SF file may say that it was signed by a newer scheme, and
// then a platform that knows the scheme misses it.
struct OtherSchemes {
  bool v2 = false;
  bool v3 = false;
};

JarSignature verify_jar_signature(const ZipArchive& archive, SdkRange range, OtherSchemes found,
                                  const InflatedEntries& inflated = {});

}  // namespace bartizan::parse
