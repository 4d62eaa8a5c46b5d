#include "parse/apksig/jar_algorithms.h"

#include <openssl/objects.h>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <optional>

#include "base/crypto.h"

namespace bartizan::parse {
namespace {

constexpr std::uint32_t kAlways = INT32_MAX;
constexpr std::uint32_t kFirstStrongestDigest = 18;  // Android 4.3 compares the strongest digest

// Levels `from` to `to`; with `early` also those up to 8, whose Bouncy Castle knew more than that
// of the levels after it.
struct Levels {
  std::uint32_t from;
  std::uint32_t to = kAlways;
  bool early = false;
};

// Facts as measured by AOSP on its platforms (apksig, OidConstants): which pairs its signature
// providers took. 21 to 23 even took pairs that contradict each other.
constexpr Levels kContradicting{21, 23};

std::optional<Levels> rsa_levels(int digest, int signature) {
  if (signature == NID_rsaEncryption) {
    switch (digest) {
      case NID_md5:
      case NID_sha1:
        return Levels{0};
      case NID_sha224:
        return Levels{21, kAlways, true};
      case NID_sha256:
        return Levels{18, kAlways, true};
      default:
        return Levels{18};
    }
  }
  switch (signature) {
    case NID_md5WithRSAEncryption:
      return digest == NID_md5 ? Levels{21, kAlways, true} : kContradicting;
    case NID_sha1WithRSAEncryption:
      if (digest == NID_sha256) return Levels{21, 21};
      return digest == NID_sha1 ? Levels{0} : kContradicting;
    case NID_sha224WithRSAEncryption:
      return digest == NID_sha224 ? Levels{21, kAlways, true} : kContradicting;
    case NID_sha256WithRSAEncryption:
      if (digest == NID_sha224) return Levels{21, 21};
      return digest == NID_sha256 ? Levels{18, kAlways, true} : kContradicting;
    case NID_sha384WithRSAEncryption:
      if (digest == NID_sha512) return Levels{21, 21};
      return digest == NID_sha384 ? Levels{21} : kContradicting;
    case NID_sha512WithRSAEncryption:
      return digest == NID_sha512 ? Levels{21} : kContradicting;
    default:
      return std::nullopt;
  }
}

std::optional<Levels> dsa_levels(int digest, int signature) {
  switch (signature) {
    case NID_dsa:
      if (digest == NID_sha1) return Levels{0};
      if (digest == NID_sha224 || digest == NID_sha256) return Levels{22};
      return std::nullopt;
    case NID_dsaWithSHA1:
      return digest == NID_sha1 ? Levels{9} : kContradicting;
    case NID_dsa_with_SHA224:
      return digest == NID_sha224 ? Levels{21} : kContradicting;
    case NID_dsa_with_SHA256:
      return digest == NID_sha256 ? Levels{21} : kContradicting;
    default:
      return std::nullopt;
  }
}

std::optional<Levels> ec_levels(int digest, int signature) {
  int named = NID_undef;
  switch (signature) {
    case NID_X9_62_id_ecPublicKey:
      if (digest == NID_md5) return std::nullopt;
      return Levels{digest == NID_sha224 ? 21U : 18U};
    case NID_ecdsa_with_SHA1:
      return digest == NID_sha1 ? Levels{18} : kContradicting;
    case NID_ecdsa_with_SHA224:
      named = NID_sha224;
      break;
    case NID_ecdsa_with_SHA256:
      named = NID_sha256;
      break;
    case NID_ecdsa_with_SHA384:
      named = NID_sha384;
      break;
    case NID_ecdsa_with_SHA512:
      named = NID_sha512;
      break;
    default:
      return std::nullopt;
  }
  return digest == named ? Levels{21} : kContradicting;
}

// Fetched once: what EVP_sha1() and its like give is looked up anew for every entry of a file.
template <const EVP_MD* (*kHash)()>
const EVP_MD* fetched() {
  static const EVP_MD* const kFetched = EVP_MD_fetch(nullptr, EVP_MD_get0_name(kHash()), nullptr);
  return kFetched;
}

struct NamedHash {
  std::string_view name;  // in attributes
  const EVP_MD* (*hash)();
  std::uint32_t first_platform;
};
// The strongest first.
constexpr NamedHash kHashes[] = {{"SHA-512", fetched<EVP_sha512>, 9},
                                 {"SHA-384", fetched<EVP_sha384>, 9},
                                 {"SHA-256", fetched<EVP_sha256>, 0},
                                 {"SHA1", fetched<EVP_sha1>, 0}};
// What Digest-Algorithms may say besides.
constexpr NamedHash kFurtherNames[] = {
    {"SHA", fetched<EVP_sha1>, 0}, {"SHA-1", fetched<EVP_sha1>, 0}, {"MD5", fetched<EVP_md5>, 0}};

bool same_letters(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return std::toupper(static_cast<unsigned char>(x)) ==
           std::toupper(static_cast<unsigned char>(y));
  });
}

const NamedHash* find_hash(std::string_view name) {
  const auto same = [&](const NamedHash& hash) { return same_letters(hash.name, name); };
  if (const auto* found = std::find_if(std::begin(kHashes), std::end(kHashes), same);
      found != std::end(kHashes))
    return found;
  const auto* found = std::find_if(std::begin(kFurtherNames), std::end(kFurtherNames), same);
  return found == std::end(kFurtherNames) ? nullptr : found;
}

std::optional<JarDigest> first_named_digest(const JarSection& section, std::string_view suffix,
                                            std::uint32_t platform) {
  std::string_view names = section.find("Digest-Algorithms");
  if (names.empty()) names = "SHA SHA1";
  while (!names.empty()) {
    const std::size_t end = std::min(names.find_first_of(" \t"), names.size());
    const std::string_view name = names.substr(0, end);
    names.remove_prefix(std::min(end + 1, names.size()));
    const std::string_view value = section.find(std::string(name) + std::string(suffix));
    const NamedHash* hash = value.empty() ? nullptr : find_hash(name);
    if (hash != nullptr && hash->first_platform <= platform)
      return JarDigest{hash->hash(), hash->name, value};
  }
  return std::nullopt;
}

}  // namespace

bool jar_signature_supported(int digest, int signature, int key, SdkRange range) {
  constexpr int kDigests[] = {NID_md5, NID_sha1, NID_sha224, NID_sha256, NID_sha384, NID_sha512};
  if (std::find(std::begin(kDigests), std::end(kDigests), digest) == std::end(kDigests))
    return false;
  std::optional<Levels> levels;
  if (key == EVP_PKEY_RSA) levels = rsa_levels(digest, signature);
  if (key == EVP_PKEY_DSA) levels = dsa_levels(digest, signature);
  if (key == EVP_PKEY_EC) levels = ec_levels(digest, signature);
  if (!levels) return false;
  constexpr std::uint32_t kLastEarly = 8;
  return (levels->from <= range.min && range.max <= levels->to) ||
         (levels->early && range.max <= kLastEarly);
}

std::vector<JarDigest> jar_digests_to_compare(const JarSection& section, std::string_view suffix,
                                              SdkRange range) {
  std::vector<JarDigest> out;
  if (range.min < kFirstStrongestDigest) {
    const std::optional<JarDigest> named = first_named_digest(section, suffix, range.min);
    if (!named) return out;
    out.push_back(*named);
  }
  if (range.max < kFirstStrongestDigest) return out;
  for (const NamedHash& hash : kHashes) {
    const std::string_view value = section.find(std::string(hash.name) + std::string(suffix));
    if (value.empty()) continue;
    const JarDigest strongest{hash.hash(), hash.name, value};
    if (out.empty() || out.front().hash != strongest.hash || out.front().value != value)
      out.push_back(strongest);
    break;
  }
  return out;
}

bool jar_digest_matches(const JarDigest& digest, Bytes content) {
  unsigned char actual[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (EVP_Digest(content.data(), content.size(), actual, &size, digest.hash, nullptr) != 1)
    return false;
  const Result<std::vector<std::uint8_t>> stated = unbase64(digest.value);
  return stated.ok() && std::equal(stated->begin(), stated->end(), actual, actual + size);
}

}  // namespace bartizan::parse
