// Which platforms verify which algorithms of a JAR signature.
#pragma once

#include <openssl/evp.h>

#include <string>
#include <string_view>
#include <vector>

#include "parse/apksig/jar_manifest.h"
#include "parse/apksig/types.h"

namespace bartizan::parse {

// `digest` and `signature` are OpenSSL's numbers of the two algorithms a PKCS #7 signer names;
// `key` is the type of its certificate's key (EVP_PKEY_RSA ...). True when every platform of the
// range verifies them together.
bool jar_signature_supported(int digest, int signature, int key, SdkRange range);

struct JarDigest {
  const EVP_MD* hash;
  std::string_view name;   // "MD5", "SHA1", "SHA-256" ...
  std::string_view value;  // base64, as stated
};

// The digests that platforms of the range compare: before 4.3 the first that Digest-Algorithms
// names, since then the strongest that is there. Attributes are those named "SHA-256" + `suffix`
// and the like. Empty: none that every platform of the range would find.
std::vector<JarDigest> jar_digests_to_compare(const JarSection& section, std::string_view suffix,
                                              SdkRange range);

bool jar_digest_matches(const JarDigest& digest, Bytes content);

}  // namespace bartizan::parse
