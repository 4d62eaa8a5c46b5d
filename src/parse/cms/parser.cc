#include "parse/cms/parser.h"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <string>

#include "base/crypto.h"
#include "parse/x509/parser.h"

namespace bartizan::parse {
namespace {

void free_certificates(STACK_OF(X509) * certificates) { sk_X509_pop_free(certificates, X509_free); }

struct Free {
  void operator()(CMS_ContentInfo* message) const { CMS_ContentInfo_free(message); }
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(STACK_OF(X509) * certificates) const { free_certificates(certificates); }
  void operator()(X509_STORE* store) const { X509_STORE_free(store); }
  void operator()(X509_STORE_CTX* context) const { X509_STORE_CTX_free(context); }
  void operator()(unsigned char* der) const { OPENSSL_free(der); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

Result<Certificate> facts_of(X509* certificate) {
  unsigned char* raw = nullptr;
  const int size = i2d_X509(certificate, &raw);
  const Owned<unsigned char> der(raw);
  if (size <= 0) return Error{ErrorCode::kInvalid, "a certificate that cannot be encoded"};
  return parse_certificate({raw, static_cast<std::size_t>(size)});
}

std::optional<Timestamp> signing_time(CMS_SignerInfo* signer) {
  const int at = CMS_signed_get_attr_by_NID(signer, NID_pkcs9_signingTime, -1);
  if (at < 0) return std::nullopt;
  const ASN1_TYPE* value = X509_ATTRIBUTE_get0_type(CMS_signed_get_attr(signer, at), 0);
  std::tm parts{};
  if (value == nullptr ||
      (value->type != V_ASN1_UTCTIME && value->type != V_ASN1_GENERALIZEDTIME) ||
      ASN1_TIME_to_tm(value->value.asn1_string, &parts) != 1)
    return std::nullopt;
  return from_millis(static_cast<std::int64_t>(timegm(&parts)) * 1000);
}

class Reader {
 public:
  Reader(CMS_ContentInfo* message, const CmsOptions& options)
      : message_(message), options_(options) {}

  Result<SignedMessage> run() {
    if (OBJ_obj2nid(CMS_get0_type(message_)) != NID_pkcs7_signed)
      return Error{ErrorCode::kInvalid, "a CMS message that is not signed data"};
    take_content();
    certificates_.reset(CMS_get1_certs(message_));
    take_certificates();
    out_.verified = verify();
    take_signers();
    return std::move(out_);
  }

  void note(std::string_view id, std::string_view detail) {
    note_anomaly(out_.anomalies, id, "message", detail);
  }

 private:
  void take_content() {
    ASN1_OCTET_STRING** content = CMS_get0_content(message_);
    out_.detached = content == nullptr || *content == nullptr;
    if (out_.detached) return;
    const unsigned char* data = ASN1_STRING_get0_data(*content);
    out_.content.assign(data, data + ASN1_STRING_length(*content));
  }

  int certificate_count() const {
    return certificates_ ? std::max(0, sk_X509_num(certificates_.get())) : 0;
  }

  void limit(std::string_view what) {
    note("cms.limit", what);
    out_.truncated = true;
  }

  void take_certificates() {
    const int count = certificate_count();
    if (count > kMaxCmsCertificates) limit("too many certificates");
    for (int i = 0; i < std::min(count, kMaxCmsCertificates); ++i) {
      Result<Certificate> facts = facts_of(sk_X509_value(certificates_.get(), i));
      if (facts.ok()) {
        out_.certificates.push_back(std::move(facts).value());
      } else {
        note("cms.bad_certificate", facts.error().message);
      }
    }
  }

  // Of every signer, over the content alone: whom to believe is not asked.
  bool verify() {
    const STACK_OF(CMS_SignerInfo)* signers = CMS_get0_SignerInfos(message_);
    if (signers == nullptr || sk_CMS_SignerInfo_num(signers) <= 0 ||
        sk_CMS_SignerInfo_num(signers) > kMaxCmsSigners ||
        certificate_count() > kMaxCmsCertificates)
      return false;
    Owned<BIO> detached;
    if (out_.detached) {
      if (!options_.detached_content) return false;
      detached.reset(BIO_new_mem_buf(options_.detached_content->data(),
                                     static_cast<int>(options_.detached_content->size())));
      if (!detached) return false;
    }
    return CMS_verify(message_, nullptr, nullptr, detached.get(), nullptr,
                      CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY) == 1;
  }

  void take_signers() {
    // After a failed verification the signers may not have been looked up among the certificates.
    (void)CMS_set1_signers_certs(message_, nullptr, 0);
    STACK_OF(CMS_SignerInfo)* signers = CMS_get0_SignerInfos(message_);
    const int count = signers == nullptr ? 0 : std::max(0, sk_CMS_SignerInfo_num(signers));
    if (count == 0) note("cms.no_signer", "nobody signed it");
    if (count > kMaxCmsSigners) limit("too many signers");
    for (int i = 0; i < std::min(count, kMaxCmsSigners); ++i) {
      CMS_SignerInfo* signer = sk_CMS_SignerInfo_value(signers, i);
      X509* certificate = nullptr;
      CMS_SignerInfo_get0_algs(signer, nullptr, &certificate, nullptr, nullptr);
      if (certificate == nullptr) {
        note("cms.signer_without_certificate", "the message does not carry the signer's");
        continue;
      }
      Result<Certificate> facts = facts_of(certificate);
      if (!facts.ok()) {
        note("cms.bad_certificate", facts.error().message);
        continue;
      }
      const bool self_signed =
          X509_NAME_cmp(X509_get_subject_name(certificate), X509_get_issuer_name(certificate)) == 0;
      out_.signers.push_back({.certificate = std::move(facts).value(),
                              .self_signed = self_signed,
                              .trust = trust_of(certificate),
                              .signing_time = signing_time(signer)});
    }
  }

  bool is_anchor(X509* certificate) const {
    const Result<Certificate> facts = facts_of(certificate);
    return facts.ok() && std::find(options_.anchors.begin(), options_.anchors.end(),
                                   facts->sha256) != options_.anchors.end();
  }

  CmsTrust trust_of(X509* certificate) const {
    const Owned<X509_STORE> store(X509_STORE_new());
    const Owned<X509_STORE_CTX> context(X509_STORE_CTX_new());
    if (!store || !context || options_.anchors.empty() || certificate_count() > kMaxCmsCertificates)
      return CmsTrust::kUnknown;
    bool anchored = false;
    for (int i = 0; i < certificate_count(); ++i) {
      X509* other = sk_X509_value(certificates_.get(), i);
      if (is_anchor(other)) anchored |= X509_STORE_add_cert(store.get(), other) == 1;
    }
    // Apple marks its own extensions critical, which OpenSSL cannot know.
    (void)X509_STORE_set_flags(store.get(),
                               X509_V_FLAG_NO_CHECK_TIME | X509_V_FLAG_IGNORE_CRITICAL);
    if (!anchored ||
        X509_STORE_CTX_init(context.get(), store.get(), certificate, certificates_.get()) != 1)
      return CmsTrust::kUnknown;
    return X509_verify_cert(context.get()) == 1 ? CmsTrust::kAnchored : CmsTrust::kUnknown;
  }

  CMS_ContentInfo* message_;
  const CmsOptions& options_;
  Owned<STACK_OF(X509)> certificates_;
  SignedMessage out_;
};

}  // namespace

bool looks_like_cms(Bytes bytes) {
  // The object identifier 1.2.840.113549.1.7.2, which follows the outer SEQUENCE's length.
  constexpr std::string_view kSignedData = "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02";
  const std::string_view start = as_text(bytes).substr(0, 32);
  return start.starts_with("0") && start.find(kSignedData) != std::string_view::npos;
}

Result<SignedMessage> parse_signed_message(Bytes bytes, const CmsOptions& options) {
  if (bytes.size() > kMaxCmsBytes ||
      (options.detached_content && options.detached_content->size() > kMaxCmsBytes))
    return Error{ErrorCode::kLimit, "CMS message larger than the limit"};
  const unsigned char* at = bytes.data();
  const Owned<CMS_ContentInfo> message(
      d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(bytes.size())));
  Result<SignedMessage> out = Error{ErrorCode::kInvalid, "not a CMS message"};
  if (message) {
    Reader reader(message.get(), options);
    if (at != bytes.data() + bytes.size())
      reader.note("cms.trailing_data", "bytes behind the message");
    out = reader.run();
  }
  ERR_clear_error();  // what OpenSSL queued about hostile input is nobody else's error
  return out;
}

}  // namespace bartizan::parse
