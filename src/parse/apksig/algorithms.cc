#include "parse/apksig/algorithms.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <algorithm>
#include <iterator>
#include <memory>

namespace bartizan::parse {
namespace {

enum class KeyKind { kRsaPkcs1, kRsaPss, kEcdsa, kDsa };

struct Algorithm {
  std::uint32_t id;
  KeyKind key;
  SchemeAlgorithm scheme;
};
constexpr Algorithm kAlgorithms[] = {
    {0x0101, KeyKind::kRsaPss, {ContentDigest::kChunkedSha256, 24}},
    {0x0102, KeyKind::kRsaPss, {ContentDigest::kChunkedSha512, 24}},
    {0x0103, KeyKind::kRsaPkcs1, {ContentDigest::kChunkedSha256, 24}},
    {0x0104, KeyKind::kRsaPkcs1, {ContentDigest::kChunkedSha512, 24}},
    {0x0201, KeyKind::kEcdsa, {ContentDigest::kChunkedSha256, 24}},
    {0x0202, KeyKind::kEcdsa, {ContentDigest::kChunkedSha512, 24}},
    {0x0301, KeyKind::kDsa, {ContentDigest::kChunkedSha256, 24}},
    {0x0421, KeyKind::kRsaPkcs1, {ContentDigest::kVerity, 28}},
    {0x0423, KeyKind::kEcdsa, {ContentDigest::kVerity, 28}},
    {0x0425, KeyKind::kDsa, {ContentDigest::kVerity, 28}},
};

const Algorithm* find_algorithm(std::uint32_t id) {
  const auto* found = std::find_if(std::begin(kAlgorithms), std::end(kAlgorithms),
                                   [&](const Algorithm& algorithm) { return algorithm.id == id; });
  return found == std::end(kAlgorithms) ? nullptr : found;
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
  const EVP_MD* hash =
      algorithm.scheme.digest == ContentDigest::kChunkedSha512 ? EVP_sha512() : EVP_sha256();
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

}  // namespace

std::optional<SchemeAlgorithm> scheme_algorithm(std::uint32_t id) {
  const Algorithm* found = find_algorithm(id);
  return found == nullptr ? std::nullopt : std::optional(found->scheme);
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
  if (std::equal(a.begin(), a.end(), b.begin(), b.end())) return true;
  const Key first = decode_key(a);
  const Key second = decode_key(b);
  const bool same = first && second && EVP_PKEY_eq(first.get(), second.get()) == 1;
  ERR_clear_error();
  return same;
}

}  // namespace bartizan::parse
