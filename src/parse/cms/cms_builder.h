// Keys, certificates and signed messages for tests, by OpenSSL.
#pragma once

#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_reader.h"

namespace bartizan::parse {

struct FreeForTest {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(CMS_ContentInfo* message) const { CMS_ContentInfo_free(message); }
  void operator()(BIO* bio) const { BIO_free(bio); }
};

// A key and its certificate; signed by itself unless an issuer is given.
struct TestIdentity {
  std::unique_ptr<EVP_PKEY, FreeForTest> key;
  std::unique_ptr<X509, FreeForTest> certificate;

  std::string der() const {
    unsigned char* raw = nullptr;
    const int size = i2d_X509(certificate.get(), &raw);
    std::string out(reinterpret_cast<char*>(raw), static_cast<std::size_t>(size));
    OPENSSL_free(raw);
    return out;
  }
};

inline TestIdentity make_identity(const std::string& name, const TestIdentity* issuer = nullptr) {
  TestIdentity out;
  out.key.reset(EVP_EC_gen("P-256"));
  out.certificate.reset(X509_new());
  X509* certificate = out.certificate.get();
  X509_set_version(certificate, X509_VERSION_3);
  static long serial = 1;
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
  X509_set_pubkey(certificate, out.key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(certificate,
                       X509_get_subject_name(issuer ? issuer->certificate.get() : certificate));
  if (issuer == nullptr) {
    X509_EXTENSION* authority =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_basic_constraints, "critical,CA:TRUE");
    X509_add_ext(certificate, authority, -1);
    X509_EXTENSION_free(authority);
  }
  X509_sign(certificate, issuer ? issuer->key.get() : out.key.get(), EVP_sha256());
  return out;
}

enum class TestContent { kInside, kDetached };

// `also` goes into the message beside the signer's certificate.
inline std::string sign_message(std::string_view content, const TestIdentity& signer,
                                const std::vector<const TestIdentity*>& also = {},
                                TestContent where = TestContent::kInside) {
  STACK_OF(X509)* others = sk_X509_new_null();
  for (const TestIdentity* identity : also) sk_X509_push(others, identity->certificate.get());
  const std::unique_ptr<BIO, FreeForTest> data(
      BIO_new_mem_buf(content.data(), static_cast<int>(content.size())));
  const std::unique_ptr<CMS_ContentInfo, FreeForTest> message(
      CMS_sign(signer.certificate.get(), signer.key.get(), others, data.get(),
               CMS_BINARY | (where == TestContent::kDetached ? CMS_DETACHED : 0)));
  sk_X509_free(others);
  unsigned char* raw = nullptr;
  const int size = i2d_CMS_ContentInfo(message.get(), &raw);
  std::string out(reinterpret_cast<char*>(raw), static_cast<std::size_t>(size));
  OPENSSL_free(raw);
  return out;
}

}  // namespace bartizan::parse
