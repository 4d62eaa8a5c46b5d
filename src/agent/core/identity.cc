#include "agent/core/identity.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <ctime>
#include <memory>

#include "base/file.h"

namespace bartizan::agent {
namespace {

constexpr std::size_t kMaxFileBytes = 256 << 10;
constexpr std::size_t kReferenceKeyBytes = 32;

struct Delete {
  void operator()(BIO* bio) const { BIO_free_all(bio); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(X509_REQ* request) const { X509_REQ_free(request); }
};
using Bio = std::unique_ptr<BIO, Delete>;
using Key = std::unique_ptr<EVP_PKEY, Delete>;
using Certificate = std::unique_ptr<X509, Delete>;

Error broken(std::string message) {
  ERR_clear_error();
  return {ErrorCode::kInvalid, std::move(message)};
}

Bio reading(std::string_view text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string written(const Bio& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : "";
}

Result<Certificate> read_certificate(std::string_view pem) {
  Certificate certificate(PEM_read_bio_X509(reading(pem).get(), nullptr, nullptr, nullptr));
  if (!certificate) return broken("no certificate in the PEM text");
  return certificate;
}

Result<Timestamp> timestamp_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return broken("the certificate has no usable dates");
  return from_millis(static_cast<std::int64_t>(timegm(&parts)) * 1000);
}

std::string text_of(const json::object& object, std::string_view key) {
  return std::string(get_string(object, key).value_or(""));
}

// All but the two secrets.
Result<Identity> read_description(const std::filesystem::path& path) {
  BARTIZAN_ASSIGN(const std::string text, read_file(path, kMaxFileBytes));
  BARTIZAN_ASSIGN(const json::object object, parse_json_object(text));
  Identity identity;
  const json::object* device = get_object(object, "device");
  if (device == nullptr) return broken("device is missing");
  BARTIZAN_ASSIGN(identity.device, device_from_json(*device));
  identity.tenant = text_of(object, "tenant");
  identity.devices_url = text_of(object, "devices_url");
  identity.certificate_pem = text_of(object, "certificate_pem");
  identity.ca_pem = text_of(object, "ca_pem");
  return identity;
}

}  // namespace

Result<Identity> load_identity(const std::filesystem::path& folder) {
  std::error_code error;
  if (!std::filesystem::exists(folder / "identity.json", error)) {
    return Error{ErrorCode::kNotFound, "this phone is not enrolled"};
  }
  auto described = read_description(folder / "identity.json");
  if (!described.ok()) return described.error().within((folder / "identity.json").string());
  Identity identity = std::move(described).value();
  BARTIZAN_ASSIGN(identity.private_key_pem, read_file(folder / "key.pem", kMaxFileBytes));
  BARTIZAN_ASSIGN(identity.reference_key, read_file(folder / "reference.key", kMaxFileBytes));
  if (identity.reference_key.size() != kReferenceKeyBytes) {
    return broken((folder / "reference.key").string() + ": not 32 bytes");
  }
  return identity;
}

Status save_identity(const std::filesystem::path& folder, const Identity& identity) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return Error{ErrorCode::kUnavailable, folder.string() + ": " + error.message()};
  BARTIZAN_TRY(write_file_durably(folder / "key.pem", identity.private_key_pem));
  BARTIZAN_TRY(write_file_durably(folder / "reference.key", identity.reference_key));
  const json::object object{{"device", to_json(identity.device)},
                            {"tenant", identity.tenant},
                            {"devices_url", identity.devices_url},
                            {"certificate_pem", identity.certificate_pem},
                            {"ca_pem", identity.ca_pem}};
  // Last: a phone is enrolled once this file exists.
  return write_file_durably(folder / "identity.json", json::serialize(object));
}

Result<std::string> new_private_key_pem() {
  const Key key(EVP_EC_gen("P-256"));
  const Bio bio(BIO_new(BIO_s_mem()));
  if (!key ||
      PEM_write_bio_PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return broken("no key could be made");
  }
  return written(bio);
}

Result<std::string> make_certificate_request(std::string_view private_key_pem) {
  const Key key(PEM_read_bio_PrivateKey(reading(private_key_pem).get(), nullptr, nullptr, nullptr));
  if (!key) return broken("the private key cannot be read");
  const std::unique_ptr<X509_REQ, Delete> request(X509_REQ_new());
  const Bio bio(BIO_new(BIO_s_mem()));
  if (X509_REQ_set_version(request.get(), X509_REQ_VERSION_1) != 1 ||
      X509_REQ_set_pubkey(request.get(), key.get()) != 1 ||
      X509_REQ_sign(request.get(), key.get(), EVP_sha256()) == 0 ||
      PEM_write_bio_X509_REQ(bio.get(), request.get()) != 1) {
    return broken("no certificate request could be made");
  }
  return written(bio);
}

Result<Validity> certificate_validity(std::string_view certificate_pem) {
  BARTIZAN_ASSIGN(const Certificate certificate, read_certificate(certificate_pem));
  BARTIZAN_ASSIGN(const Timestamp not_before, timestamp_of(X509_get0_notBefore(certificate.get())));
  BARTIZAN_ASSIGN(const Timestamp not_after, timestamp_of(X509_get0_notAfter(certificate.get())));
  return Validity{not_before, not_after};
}

Result<std::string> certificate_digest(std::string_view certificate_pem) {
  BARTIZAN_ASSIGN(const Certificate certificate, read_certificate(certificate_pem));
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate.get(), &der);
  if (size <= 0) return broken("the certificate cannot be encoded");
  std::string digest = sha256_hex({der, static_cast<std::size_t>(size)});
  OPENSSL_free(der);
  return digest;
}

bool renewal_is_due(const Validity& validity, Timestamp now) {
  return now >= validity.not_after - (validity.not_after - validity.not_before) / 3;
}

}  // namespace bartizan::agent
