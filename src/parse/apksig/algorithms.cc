#include "parse/apksig/algorithms.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <memory>

namespace bartizan::parse {
namespace {

constexpr std::size_t kChunkSize = 1 << 20;

enum class KeyKind { kRsaPkcs1, kRsaPss, kEcdsa, kDsa };

struct Algorithm {
  std::uint32_t id;
  KeyKind key;
  ContentDigest digest;
};
constexpr Algorithm kAlgorithms[] = {
    {0x0101, KeyKind::kRsaPss, ContentDigest::kChunkedSha256},
    {0x0102, KeyKind::kRsaPss, ContentDigest::kChunkedSha512},
    {0x0103, KeyKind::kRsaPkcs1, ContentDigest::kChunkedSha256},
    {0x0104, KeyKind::kRsaPkcs1, ContentDigest::kChunkedSha512},
    {0x0201, KeyKind::kEcdsa, ContentDigest::kChunkedSha256},
    {0x0202, KeyKind::kEcdsa, ContentDigest::kChunkedSha512},
    {0x0301, KeyKind::kDsa, ContentDigest::kChunkedSha256},
};

const Algorithm* find_algorithm(std::uint32_t id) {
  const auto* found = std::find_if(std::begin(kAlgorithms), std::end(kAlgorithms),
                                   [&](const Algorithm& algorithm) { return algorithm.id == id; });
  return found == std::end(kAlgorithms) ? nullptr : found;
}

const EVP_MD* hash_of(ContentDigest digest) {
  return digest == ContentDigest::kChunkedSha256 ? EVP_sha256() : EVP_sha512();
}

int key_type_of(KeyKind kind) {
  switch (kind) {
    case KeyKind::kRsaPkcs1:
    case KeyKind::kRsaPss:
      return EVP_PKEY_RSA;
    case KeyKind::kEcdsa:
      return EVP_PKEY_EC;
    case KeyKind::kDsa:
      return EVP_PKEY_DSA;
  }
  return EVP_PKEY_NONE;
}

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;

Key decode_key(Bytes der) {
  const unsigned char* at = der.data();
  Key key(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())));
  return key && at == der.data() + der.size() ? std::move(key) : nullptr;
}

bool verify(const Algorithm& algorithm, EVP_PKEY* key, Bytes data, Bytes signature) {
  const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* options = nullptr;  // owned by `context`
  const EVP_MD* hash = hash_of(algorithm.digest);
  if (!context || EVP_DigestVerifyInit(context.get(), &options, hash, nullptr, key) != 1)
    return false;
  if (algorithm.key == KeyKind::kRsaPss &&
      (EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) != 1 ||
       EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) != 1 ||
       EVP_PKEY_CTX_set_rsa_mgf1_md(options, hash) != 1))
    return false;
  return EVP_DigestVerify(context.get(), signature.data(), signature.size(), data.data(),
                          data.size()) == 1;
}

std::array<std::uint8_t, 5> prefix(std::uint8_t mark, std::size_t value) {
  return {mark, static_cast<std::uint8_t>(value), static_cast<std::uint8_t>(value >> 8),
          static_cast<std::uint8_t>(value >> 16), static_cast<std::uint8_t>(value >> 24)};
}

std::vector<std::uint8_t> hash_two(const EVP_MD* hash, Bytes first, Bytes second) {
  std::vector<std::uint8_t> out(static_cast<std::size_t>(EVP_MD_get_size(hash)));
  const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  EVP_DigestInit_ex(context.get(), hash, nullptr);
  EVP_DigestUpdate(context.get(), first.data(), first.size());
  EVP_DigestUpdate(context.get(), second.data(), second.size());
  EVP_DigestFinal_ex(context.get(), out.data(), nullptr);
  return out;
}

}  // namespace

std::optional<ContentDigest> content_digest_of(std::uint32_t algorithm) {
  const Algorithm* found = find_algorithm(algorithm);
  return found == nullptr ? std::nullopt : std::optional(found->digest);
}

bool signature_verifies(std::uint32_t algorithm, Bytes public_key, Bytes data, Bytes signature) {
  const Algorithm* found = find_algorithm(algorithm);
  const Key key = decode_key(public_key);
  const bool verified = found != nullptr && key != nullptr &&
                        EVP_PKEY_get_base_id(key.get()) == key_type_of(found->key) &&
                        verify(*found, key.get(), data, signature);
  ERR_clear_error();
  return verified;
}

bool same_public_key(Bytes a, Bytes b) {
  const Key first = decode_key(a);
  const Key second = decode_key(b);
  const bool same = first && second && EVP_PKEY_eq(first.get(), second.get()) == 1;
  ERR_clear_error();
  return same;
}

std::vector<std::uint8_t> digest_content(const SignedSections& sections, ContentDigest kind) {
  const EVP_MD* hash = hash_of(kind);
  std::vector<std::uint8_t> digests;
  std::size_t count = 0;
  for (Bytes section :
       {sections.before_block, sections.central_directory, Bytes(sections.end_record)}) {
    while (!section.empty()) {
      const Bytes chunk = section.first(std::min(section.size(), kChunkSize));
      const auto digest = hash_two(hash, prefix(0xa5, chunk.size()), chunk);
      digests.insert(digests.end(), digest.begin(), digest.end());
      section = section.subspan(chunk.size());
      ++count;
    }
  }
  return hash_two(hash, prefix(0x5a, count), digests);
}

}  // namespace bartizan::parse
