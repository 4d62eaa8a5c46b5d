// The JAR signature (APK scheme v1): every file's digest in MANIFEST.MF, the manifest's in *.SF,
// and a PKCS #7 signature over that. As Android 7 and newer verify it (AOSP StrictJarVerifier).
#pragma once

#include <string>
#include <vector>

#include "parse/x509/types.h"
#include "parse/zip/types.h"

namespace bartizan::parse {

inline constexpr std::size_t kMaxJarEntryBytes = 256 << 20;  // inflated
inline constexpr std::size_t kMaxJarBytes = 1 << 30;         // of all entries together

struct JarSignature {
  std::vector<Certificate> signers;
  std::vector<std::string> errors;  // ids, see verifier.h
  bool limit_reached = false;       // too large to be verified: neither good nor bad
  bool speaks_of_v2 = false;        // a .SF file says that a v2 signature stood beside it
  bool speaks_of_v3 = false;
};

// META-INF has a signature block file.
bool has_jar_signature(const ZipArchive& archive);

JarSignature verify_jar_signature(const ZipArchive& archive);

}  // namespace bartizan::parse
