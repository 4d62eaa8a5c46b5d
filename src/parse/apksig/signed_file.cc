#include "parse/apksig/signed_file.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>

#include <memory>

#include "parse/x509/parser.h"

namespace bartizan::parse {
namespace {

struct Free {
  void operator()(PKCS7* message) const { PKCS7_free(message); }
  void operator()(BIO* bio) const { BIO_free_all(bio); }
  void operator()(unsigned char* der) const { OPENSSL_free(der); }
};

enum class Attributes { kNone, kGood, kOtherContent, kMalformed };

// The single value of a signed attribute; null: it is missing, or has several.
const ASN1_TYPE* single_value(PKCS7_SIGNER_INFO* signer, int nid) {
  const int at = X509at_get_attr_by_NID(PKCS7_get_signed_attributes(signer), nid, -1);
  if (at < 0 || X509at_get_attr_by_NID(PKCS7_get_signed_attributes(signer), nid, at) >= 0)
    return nullptr;
  X509_ATTRIBUTE* attribute = X509at_get_attr(PKCS7_get_signed_attributes(signer), at);
  return X509_ATTRIBUTE_count(attribute) == 1 ? X509_ATTRIBUTE_get0_type(attribute, 0) : nullptr;
}

Attributes check_attributes(const PKCS7& message, PKCS7_SIGNER_INFO* signer) {
  if (X509at_get_attr_count(PKCS7_get_signed_attributes(signer)) <= 0) return Attributes::kNone;
  const ASN1_TYPE* content = single_value(signer, NID_pkcs9_contentType);
  const ASN1_TYPE* digest = single_value(signer, NID_pkcs9_messageDigest);
  if (content == nullptr || digest == nullptr || content->type != V_ASN1_OBJECT ||
      digest->type != V_ASN1_OCTET_STRING)
    return Attributes::kMalformed;
  const bool same = OBJ_cmp(content->value.object, message.d.sign->contents->type) == 0;
  return same ? Attributes::kGood : Attributes::kOtherContent;
}

// Android has no DSA with SHA-384 or SHA-512.
bool is_supported(PKCS7_SIGNER_INFO* signer, X509* certificate) {
  const EVP_PKEY* key = X509_get0_pubkey(certificate);
  if (key == nullptr) return false;
  const int digest = OBJ_obj2nid(signer->digest_alg->algorithm);
  return EVP_PKEY_get_base_id(key) != EVP_PKEY_DSA || digest == NID_sha1 || digest == NID_sha224 ||
         digest == NID_sha256;
}

bool verifies(PKCS7* message, PKCS7_SIGNER_INFO* signer, X509* certificate, Bytes signed_file) {
  // The signature is detached: the content is what passes through the chain of digest filters.
  std::unique_ptr<BIO, Free> content(
      BIO_new_mem_buf(signed_file.data(), static_cast<int>(signed_file.size())));
  if (!content) return false;
  const std::unique_ptr<BIO, Free> chain(PKCS7_dataInit(message, content.get()));
  if (!chain) return false;
  (void)content.release();  // now the end of `chain`
  unsigned char buffer[4096];
  while (BIO_read(chain.get(), buffer, sizeof buffer) > 0) {
  }
  return PKCS7_signatureVerify(chain.get(), message, signer, certificate) == 1;
}

Result<Certificate> certificate_of(X509* certificate) {
  unsigned char* raw = nullptr;
  const int size = i2d_X509(certificate, &raw);
  const std::unique_ptr<unsigned char, Free> der(raw);
  if (size <= 0) return Error{ErrorCode::kInvalid, "a certificate that cannot be encoded"};
  return parse_certificate({raw, static_cast<std::size_t>(size)});
}

Result<Certificate> verify(PKCS7* message, Bytes signed_file) {
  if (!PKCS7_type_is_signed(message) || message->d.sign == nullptr ||
      message->d.sign->contents == nullptr)
    return Error{ErrorCode::kInvalid, "no signed PKCS #7 message"};
  // What is signed lies in the .SF file; a message that carries its own content is none of ours.
  if (!PKCS7_get_detached(message))
    return Error{ErrorCode::kInvalid, "a signature with content of its own"};
  STACK_OF(PKCS7_SIGNER_INFO)* signers = PKCS7_get_signer_info(message);
  X509* found = nullptr;
  for (int i = 0; i < sk_PKCS7_SIGNER_INFO_num(signers); ++i) {
    PKCS7_SIGNER_INFO* signer = sk_PKCS7_SIGNER_INFO_value(signers, i);
    X509* certificate = PKCS7_cert_from_signer_info(message, signer);
    if (certificate == nullptr) return Error{ErrorCode::kInvalid, "a signer without certificate"};
    const Attributes attributes = check_attributes(*message, signer);
    if (attributes == Attributes::kMalformed)
      return Error{ErrorCode::kInvalid, "malformed signed attributes"};
    if (found == nullptr && attributes != Attributes::kOtherContent &&
        is_supported(signer, certificate) && verifies(message, signer, certificate, signed_file))
      found = certificate;
  }
  if (found == nullptr) return Error{ErrorCode::kDenied, "no signature verifies"};
  return certificate_of(found);
}

}  // namespace

Result<Certificate> verify_signed_file(Bytes signature_block, Bytes signed_file) {
  if (signature_block.size() > kMaxSignatureBlockBytes || signed_file.size() > INT32_MAX)
    return Error{ErrorCode::kLimit, "signature block larger than the limit"};
  const unsigned char* at = signature_block.data();
  const std::unique_ptr<PKCS7, Free> message(
      d2i_PKCS7(nullptr, &at, static_cast<long>(signature_block.size())));
  Result<Certificate> out = Error{ErrorCode::kInvalid, "not PKCS #7"};
  if (message) out = verify(message.get(), signed_file);
  ERR_clear_error();
  return out;
}

}  // namespace bartizan::parse
