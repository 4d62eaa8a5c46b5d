#include "parse/apksig/signed_file.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <memory>

#include "parse/apksig/jar_algorithms.h"
#include "parse/apksig/raw_certificates.h"
#include "parse/x509/parser.h"

namespace bartizan::parse {
namespace {

// Before Android 4.4 authenticated attributes were signed wrongly, so that a file which verified
// there was protected by nothing; apksig refuses it for those levels, and so do we.
constexpr std::uint32_t kFirstSoundAttributes = 19;
constexpr std::uint32_t kFirstToTryAllSigners = 24;
constexpr std::uint32_t kFirstToCheckContentType = 24;

struct Free {
  void operator()(PKCS7* message) const { PKCS7_free(message); }
  void operator()(BIO* bio) const { BIO_free_all(bio); }
};

enum class Attributes { kFine, kOtherContent, kRefused };

// The single value of a signed attribute; null: it is missing, or has several.
const ASN1_TYPE* single_value(PKCS7_SIGNER_INFO* signer, int nid) {
  const int at = X509at_get_attr_by_NID(PKCS7_get_signed_attributes(signer), nid, -1);
  if (at < 0 || X509at_get_attr_by_NID(PKCS7_get_signed_attributes(signer), nid, at) >= 0)
    return nullptr;
  X509_ATTRIBUTE* attribute = X509at_get_attr(PKCS7_get_signed_attributes(signer), at);
  return X509_ATTRIBUTE_count(attribute) == 1 ? X509_ATTRIBUTE_get0_type(attribute, 0) : nullptr;
}

Attributes check_attributes(const PKCS7& message, PKCS7_SIGNER_INFO* signer, SdkRange range) {
  if (X509at_get_attr_count(PKCS7_get_signed_attributes(signer)) <= 0) return Attributes::kFine;
  if (range.min < kFirstSoundAttributes) return Attributes::kRefused;
  if (range.max >= kFirstToCheckContentType) {
    const ASN1_TYPE* content = single_value(signer, NID_pkcs9_contentType);
    if (content == nullptr || content->type != V_ASN1_OBJECT) return Attributes::kRefused;
    if (OBJ_cmp(content->value.object, message.d.sign->contents->type) != 0)
      return Attributes::kOtherContent;
  }
  const ASN1_TYPE* digest = single_value(signer, NID_pkcs9_messageDigest);
  return digest == nullptr || digest->type != V_ASN1_OCTET_STRING ? Attributes::kRefused
                                                                  : Attributes::kFine;
}

// Critical extensions that nobody knows, or a key that is not for signatures.
bool may_sign(X509* certificate) {
  constexpr std::uint32_t kSigning = KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION;
  return (X509_get_extension_flags(certificate) & EXFLAG_CRITICAL) == 0 &&
         (X509_get_key_usage(certificate) & kSigning) != 0;  // all bits when it does not say
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

class Message {
 public:
  Message(PKCS7* message, Bytes block, SdkRange range)
      : message_(message), block_(block), range_(range) {}

  Result<SignedFile> verify(Bytes signed_file) {
    if (!PKCS7_type_is_signed(message_) || message_->d.sign == nullptr ||
        message_->d.sign->contents == nullptr)
      return Error{ErrorCode::kInvalid, "no signed PKCS #7 message"};
    // What is signed lies in the .SF file; a message that carries its own content is none of ours.
    if (!PKCS7_get_detached(message_))
      return Error{ErrorCode::kInvalid, "a signature with content of its own"};
    STACK_OF(PKCS7_SIGNER_INFO)* signers = PKCS7_get_signer_info(message_);
    int count = sk_PKCS7_SIGNER_INFO_num(signers);
    if (range_.min < kFirstToTryAllSigners) count = std::min(count, 1);
    std::optional<SignedFile> found;
    for (int i = 0; i < count; ++i) {
      PKCS7_SIGNER_INFO* signer = sk_PKCS7_SIGNER_INFO_value(signers, i);
      BARTIZAN_ASSIGN(const bool verified, try_signer(signer, signed_file));
      if (!verified || found) continue;
      BARTIZAN_ASSIGN(found, signed_by(signer));
    }
    if (!found) return Error{ErrorCode::kDenied, "no signature verifies"};
    return std::move(*found);
  }

 private:
  Result<bool> try_signer(PKCS7_SIGNER_INFO* signer, Bytes signed_file) {
    X509* certificate = PKCS7_cert_from_signer_info(message_, signer);
    if (certificate == nullptr) return Error{ErrorCode::kInvalid, "a signer without certificate"};
    const EVP_PKEY* key = X509_get0_pubkey(certificate);
    if (key == nullptr) return Error{ErrorCode::kInvalid, "a certificate without a readable key"};
    if (!jar_signature_supported(OBJ_obj2nid(signer->digest_alg->algorithm),
                                 OBJ_obj2nid(signer->digest_enc_alg->algorithm),
                                 EVP_PKEY_get_base_id(key), range_))
      return Error{ErrorCode::kUnsupported, "algorithms that a platform does not know"};
    if (!may_sign(certificate))
      return Error{ErrorCode::kInvalid, "a certificate that is not for signatures"};
    const Attributes attributes = check_attributes(*message_, signer, range_);
    if (attributes == Attributes::kRefused)
      return Error{ErrorCode::kInvalid, "malformed signed attributes"};
    return attributes == Attributes::kFine && verifies(message_, signer, certificate, signed_file);
  }

  Result<SignedFile> signed_by(PKCS7_SIGNER_INFO* signer) {
    const X509* certificate = PKCS7_cert_from_signer_info(message_, signer);
    BARTIZAN_ASSIGN(const std::vector<Bytes> raw, raw_certificates(block_));
    const STACK_OF(X509)* decoded = message_->d.sign->cert;
    for (int i = 0; i < sk_X509_num(decoded) && static_cast<std::size_t>(i) < raw.size(); ++i) {
      if (sk_X509_value(decoded, i) != certificate) continue;
      BARTIZAN_ASSIGN(Certificate facts, parse_certificate(raw[static_cast<std::size_t>(i)]));
      return SignedFile{std::move(facts), OBJ_nid2sn(OBJ_obj2nid(signer->digest_alg->algorithm))};
    }
    return Error{ErrorCode::kInvalid, "a signer whose certificate is not in the message"};
  }

  PKCS7* message_;
  Bytes block_;
  SdkRange range_;
};

}  // namespace

Result<SignedFile> verify_signed_file(Bytes signature_block, Bytes signed_file, SdkRange range) {
  if (signature_block.size() > kMaxSignatureBlockBytes || signed_file.size() > INT32_MAX)
    return Error{ErrorCode::kLimit, "signature block larger than the limit"};
  const unsigned char* at = signature_block.data();
  const std::unique_ptr<PKCS7, Free> message(
      d2i_PKCS7(nullptr, &at, static_cast<long>(signature_block.size())));
  Result<SignedFile> out = Error{ErrorCode::kInvalid, "not PKCS #7"};
  if (message) out = Message(message.get(), signature_block, range).verify(signed_file);
  ERR_clear_error();
  return out;
}

}  // namespace bartizan::parse
