// A certificate authority and certificates for tests alone: P-256, one day. The product's own CA is
// the server's.
#pragma once

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "base/crypto.h"

namespace bartizan::net {

struct TestIdentity {
  std::string certificate_pem;
  std::string private_key_pem;
};

class TestAuthority {
 public:
  explicit TestAuthority(const std::string& name = "Test CA") : key_(EVP_EC_gen("P-256")) {
    certificate_.reset(build(name, "", key_.get(), key_.get(), nullptr, true));
  }

  std::string certificate_pem() const { return pem_of(certificate_.get()); }
  std::string certificate_sha256() const {
    unsigned char* der = nullptr;
    const int size = i2d_X509(certificate_.get(), &der);
    const std::string digest = sha256_hex({der, static_cast<std::size_t>(size)});
    OPENSSL_free(der);
    return digest;
  }

  // `alternative_names` as OpenSSL writes them: "IP:127.0.0.1,DNS:localhost"; empty for a client.
  TestIdentity issue(const std::string& common_name,
                     const std::string& alternative_names = "") const {
    const Key key(EVP_EC_gen("P-256"));
    const Certificate certificate(
        build(common_name, alternative_names, key.get(), key_.get(), certificate_.get(), false));
    return {pem_of(certificate.get()), pem_of(key.get())};
  }

  // Signs a PKCS #10 request; empty when it is malformed or its own signature is wrong.
  std::string sign(const std::string& request_pem, const std::string& common_name,
                   int days = 1) const {
    BIO* bio = BIO_new_mem_buf(request_pem.data(), static_cast<int>(request_pem.size()));
    const std::unique_ptr<X509_REQ, Delete> request(
        PEM_read_bio_X509_REQ(bio, nullptr, nullptr, nullptr));
    BIO_free(bio);
    if (!request) return "";
    EVP_PKEY* key = X509_REQ_get0_pubkey(request.get());
    if (key == nullptr || X509_REQ_verify(request.get(), key) != 1) return "";
    const Certificate certificate(
        build(common_name, "", key, key_.get(), certificate_.get(), false, days));
    return pem_of(certificate.get());
  }

 private:
  struct Delete {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(X509_REQ* request) const { X509_REQ_free(request); }
  };
  using Key = std::unique_ptr<EVP_PKEY, Delete>;
  using Certificate = std::unique_ptr<X509, Delete>;

  static void extend(X509* certificate, X509* issuer, int nid, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
    if (extension == nullptr) throw std::runtime_error("bad extension " + value);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
  }

  static X509* build(const std::string& common_name, const std::string& alternative_names,
                     EVP_PKEY* key, EVP_PKEY* signer, X509* issuer, bool authority, int days = 1) {
    X509* certificate = X509_new();
    X509_set_version(certificate, 2);
    unsigned char serial[8];
    RAND_bytes(serial, sizeof serial);
    serial[0] &= 0x7F;
    BIGNUM* number = BN_bin2bn(serial, sizeof serial, nullptr);
    BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
    BN_free(number);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 86400L * days);
    X509_set_pubkey(certificate, key);
    X509_NAME* name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1,
                               0);
    X509_set_issuer_name(certificate, issuer == nullptr ? name : X509_get_subject_name(issuer));
    X509* parent = issuer == nullptr ? certificate : issuer;
    extend(certificate, parent, NID_basic_constraints,
           authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
    extend(certificate, parent, NID_subject_key_identifier, "hash");
    if (!alternative_names.empty()) {
      extend(certificate, parent, NID_subject_alt_name, alternative_names);
    }
    X509_sign(certificate, signer, EVP_sha256());
    return certificate;
  }

  template <typename Write>
  static std::string text_of(Write write) {
    BIO* bio = BIO_new(BIO_s_mem());
    write(bio);
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    std::string text(data, static_cast<std::size_t>(size));
    BIO_free(bio);
    return text;
  }
  static std::string pem_of(X509* certificate) {
    return text_of([&](BIO* bio) { PEM_write_bio_X509(bio, certificate); });
  }
  static std::string pem_of(EVP_PKEY* key) {
    return text_of([&](BIO* bio) {
      PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
    });
  }

  Key key_;
  Certificate certificate_;
};

}  // namespace bartizan::net
