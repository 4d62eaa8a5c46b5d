#include "parse/x509/parser.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <ctime>
#include <memory>

#include "base/crypto.h"
#include "parse/anomaly.h"

namespace bartizan::parse {
namespace {

struct Free {
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(BIO* bio) const { BIO_free(bio); }
};

constexpr std::size_t kMaxNameBytes = 512;

std::string name_text(const X509_NAME* name) {
  const std::unique_ptr<BIO, Free> out(BIO_new(BIO_s_mem()));
  if (!out || X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) < 0)
    return {};
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return printable({text, static_cast<std::size_t>(size)}, kMaxNameBytes);
}

Result<Timestamp> time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1)
    return Error{ErrorCode::kInvalid, "certificate with an unreadable validity"};
  return from_millis(static_cast<std::int64_t>(timegm(&parts)) * 1000);
}

void fill_key(X509* certificate, Certificate& out) {
  X509_PUBKEY* key = X509_get_X509_PUBKEY(certificate);
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(key, &der);
  if (size > 0) out.public_key.assign(der, der + size);
  OPENSSL_free(der);
  const EVP_PKEY* decoded = X509_get0_pubkey(certificate);
  if (decoded == nullptr) return;
  out.key_bits = EVP_PKEY_get_bits(decoded);
  const char* name = EVP_PKEY_get0_type_name(decoded);
  if (name != nullptr) out.key_type = name;
}

Result<Certificate> facts_of(X509* certificate, Bytes der) {
  Certificate out;
  out.sha256 = sha256_hex(der);
  out.sha1 = sha1_hex(der);
  out.subject = name_text(X509_get_subject_name(certificate));
  out.issuer = name_text(X509_get_issuer_name(certificate));
  BARTIZAN_ASSIGN(out.not_before, time_of(X509_get0_notBefore(certificate)));
  BARTIZAN_ASSIGN(out.not_after, time_of(X509_get0_notAfter(certificate)));
  fill_key(certificate, out);
  return out;
}

}  // namespace

Result<Certificate> parse_certificate(Bytes der) {
  if (der.size() > kMaxCertificateBytes)
    return Error{ErrorCode::kLimit, "certificate larger than the limit"};
  const unsigned char* at = der.data();
  const std::unique_ptr<X509, Free> certificate(
      d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  Result<Certificate> out = Error{ErrorCode::kInvalid, "not a DER certificate"};
  if (certificate && at == der.data() + der.size()) out = facts_of(certificate.get(), der);
  ERR_clear_error();  // what OpenSSL queued about hostile input is nobody else's error
  return out;
}

}  // namespace bartizan::parse
