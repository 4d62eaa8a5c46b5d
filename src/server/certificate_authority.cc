#include "server/certificate_authority.h"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstring>
#include <ctime>
#include <vector>

#include "base/file.h"

namespace bartizan::server {
namespace {

template <auto F>
struct Freed {
  template <typename T>
  void operator()(T* pointer) const {
    F(pointer);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using SigningRequest = std::unique_ptr<X509_REQ, Freed<X509_REQ_free>>;
using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;

constexpr Duration kCaLife = std::chrono::hours(24 * 3650);
constexpr std::size_t kMaxPem = 64 * 1024;
constexpr Duration kClockTolerance = std::chrono::minutes(5);

Error failed(std::string_view what) {
  ERR_clear_error();
  return {ErrorCode::kInvalid, std::string(what)};
}

Bio memory(std::string_view text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

template <typename Write>
std::string pem_of(Write write) {
  const Bio bio(BIO_new(BIO_s_mem()));
  write(bio.get());
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string pem(X509* certificate) {
  return pem_of([&](BIO* bio) { PEM_write_bio_X509(bio, certificate); });
}
std::string pem(EVP_PKEY* key) {
  return pem_of([&](BIO* bio) {
    PEM_write_bio_PKCS8PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  });
}

bool is_p256(EVP_PKEY* key) {
  char group[32] = {};
  std::size_t size = 0;
  return EVP_PKEY_is_a(key, "EC") == 1 &&
         EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof group,
                                        &size) == 1 &&
         std::strcmp(group, "prime256v1") == 0;
}

// 127 random bits: positive, never zero in practice, unique without a counter to keep.
Status set_serial(X509* certificate, Random& random) {
  std::array<std::uint8_t, 16> bytes;
  random.fill(bytes);
  bytes[0] &= 0x7f;
  bytes[0] |= 0x40;
  const std::unique_ptr<BIGNUM, Freed<BN_free>> number(
      BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
  if (!BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)))
    return failed("no serial number");
  return {};
}

std::string serial_of(X509* certificate) {
  const std::unique_ptr<BIGNUM, Freed<BN_free>> number(
      ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr));
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(BN_num_bytes(number.get())));
  BN_bn2bin(number.get(), bytes.data());
  std::string out = hex(bytes);
  while (out.size() > 1 && out.front() == '0') out.erase(0, 1);
  return out;
}

void set_time(ASN1_TIME* field, Timestamp time) {
  ASN1_TIME_set(field, static_cast<std::time_t>(to_millis(time) / 1000));
}

Timestamp time_of(const ASN1_TIME* field) {
  std::tm parts{};
  ASN1_TIME_to_tm(field, &parts);
  return from_millis(static_cast<std::int64_t>(timegm(&parts)) * 1000);
}

Status add_name(X509_NAME* name, const char* field, std::string_view value) {
  if (X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                                 reinterpret_cast<const unsigned char*>(value.data()),
                                 static_cast<int>(value.size()), -1, 0) != 1)
    return failed("a name does not fit into a certificate");
  return {};
}

Status add_extension(X509* certificate, X509* issuer, int id, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509V3_set_ctx_nodb(&context);
  const std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str()));
  if (!extension || X509_add_ext(certificate, extension.get(), -1) != 1)
    return failed("a certificate extension is malformed");
  return {};
}

std::string alternative_names(std::span<const std::string> names) {
  std::string out;
  for (const std::string& name : names) {
    const std::unique_ptr<ASN1_OCTET_STRING, Freed<ASN1_OCTET_STRING_free>> address(
        a2i_IPADDRESS(name.c_str()));
    out += (out.empty() ? "" : ",") + std::string(address ? "IP:" : "DNS:") + name;
  }
  ERR_clear_error();
  return out;
}

bool is_host_name(std::string_view name) {
  if (name.empty() || name.size() > 253) return false;
  return name.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:*") ==
         std::string_view::npos;
}

// Everything but names and extensions.
Result<Certificate> begin(EVP_PKEY* subject_key, Timestamp now, Duration life, Random& random) {
  Certificate out(X509_new());
  X509_set_version(out.get(), X509_VERSION_3);
  BARTIZAN_TRY(set_serial(out.get(), random));
  set_time(X509_getm_notBefore(out.get()), now - kClockTolerance);
  set_time(X509_getm_notAfter(out.get()), now + life);
  if (X509_set_pubkey(out.get(), subject_key) != 1) return failed("the key does not fit");
  return out;
}

Result<Key> read_key(const std::string& text) {
  const Bio bio = memory(text);
  Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
  if (!key) return failed("not a private key");
  return key;
}

Result<Certificate> read_certificate(const std::string& text) {
  const Bio bio = memory(text);
  Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  if (!certificate) return failed("not a certificate");
  return certificate;
}

Result<Certificate> make_ca(EVP_PKEY* key, Timestamp now, Random& random) {
  BARTIZAN_ASSIGN(Certificate out, begin(key, now, kCaLife, random));
  std::array<std::uint8_t, 4> mark;
  random.fill(mark);
  X509_NAME* name = X509_get_subject_name(out.get());
  BARTIZAN_TRY(add_name(name, "CN", "Bartizan CA " + hex(mark)));
  X509_set_issuer_name(out.get(), name);
  BARTIZAN_TRY(
      add_extension(out.get(), out.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0"));
  BARTIZAN_TRY(add_extension(out.get(), out.get(), NID_key_usage, "critical,keyCertSign,cRLSign"));
  BARTIZAN_TRY(add_extension(out.get(), out.get(), NID_subject_key_identifier, "hash"));
  if (X509_sign(out.get(), key, EVP_sha256()) == 0) return failed("signing failed");
  return out;
}

Status add_leaf_extensions(X509* leaf, X509* issuer, const std::string& usage) {
  BARTIZAN_TRY(add_extension(leaf, issuer, NID_basic_constraints, "critical,CA:FALSE"));
  BARTIZAN_TRY(add_extension(leaf, issuer, NID_key_usage, "critical,digitalSignature"));
  BARTIZAN_TRY(add_extension(leaf, issuer, NID_ext_key_usage, usage));
  BARTIZAN_TRY(add_extension(leaf, issuer, NID_subject_key_identifier, "hash"));
  return add_extension(leaf, issuer, NID_authority_key_identifier, "keyid:always");
}

}  // namespace

struct CertificateAuthority::Keys {
  Key key;
  Certificate certificate;
};

CertificateAuthority::CertificateAuthority(std::unique_ptr<Keys> keys)
    : keys_(std::move(keys)), certificate_pem_(pem(keys_->certificate.get())) {
  unsigned char* der = nullptr;
  const int size = i2d_X509(keys_->certificate.get(), &der);
  fingerprint_ = sha256_hex({der, static_cast<std::size_t>(size)});
  OPENSSL_free(der);
}
CertificateAuthority::~CertificateAuthority() = default;

Result<std::unique_ptr<CertificateAuthority>> CertificateAuthority::open(
    const std::filesystem::path& folder, Timestamp now, Random& random) {
  const auto key_path = folder / kKeyFile;
  const auto certificate_path = folder / kCertificateFile;
  auto keys = std::make_unique<Keys>();
  if (!std::filesystem::exists(key_path) && !std::filesystem::exists(certificate_path)) {
    keys->key.reset(EVP_EC_gen("P-256"));
    BARTIZAN_ASSIGN(keys->certificate, make_ca(keys->key.get(), now, random));
    BARTIZAN_TRY(write_file_durably(key_path, pem(keys->key.get()), FileAccess::kOwnerOnly));
    BARTIZAN_TRY(write_file_durably(certificate_path, pem(keys->certificate.get()),
                                    FileAccess::kEveryoneReads));
  } else {
    BARTIZAN_ASSIGN(const std::string key_text, read_file(key_path, kMaxPem));
    BARTIZAN_ASSIGN(const std::string certificate_text, read_file(certificate_path, kMaxPem));
    auto key = read_key(key_text);
    if (!key) return failed(key_path.string() + " does not hold a private key");
    auto certificate = read_certificate(certificate_text);
    if (!certificate) return failed(certificate_path.string() + " does not hold a certificate");
    keys->key = std::move(key).value();
    keys->certificate = std::move(certificate).value();
    if (X509_check_private_key(keys->certificate.get(), keys->key.get()) != 1)
      return failed("ca.key and ca.pem do not belong together; restore both from one backup");
  }
  return std::unique_ptr<CertificateAuthority>(new CertificateAuthority(std::move(keys)));
}

Result<IssuedCertificate> CertificateAuthority::issue_device(std::string_view csr_pem,
                                                             std::string_view device_id,
                                                             std::string_view tenant, Timestamp now,
                                                             Random& random) {
  const Bio bio = memory(csr_pem);
  const SigningRequest request(PEM_read_bio_X509_REQ(bio.get(), nullptr, nullptr, nullptr));
  if (!request) return failed("csr_pem is not a certificate signing request");
  EVP_PKEY* key = X509_REQ_get0_pubkey(request.get());
  if (key == nullptr || !is_p256(key)) return failed("csr_pem must carry a P-256 key");
  if (X509_REQ_verify(request.get(), key) != 1) return failed("csr_pem is not signed by its key");
  BARTIZAN_ASSIGN(const Certificate out, begin(key, now, kDeviceCertificateLife, random));
  X509_NAME* name = X509_get_subject_name(out.get());
  BARTIZAN_TRY(add_name(name, "O", tenant));
  BARTIZAN_TRY(add_name(name, "CN", device_id));
  X509* issuer = keys_->certificate.get();
  X509_set_issuer_name(out.get(), X509_get_subject_name(issuer));
  BARTIZAN_TRY(add_leaf_extensions(out.get(), issuer, "clientAuth"));
  if (X509_sign(out.get(), keys_->key.get(), EVP_sha256()) == 0) return failed("signing failed");
  return IssuedCertificate{.pem = pem(out.get()),
                           .serial = serial_of(out.get()),
                           .not_after = time_of(X509_get0_notAfter(out.get()))};
}

Result<ServerIdentity> CertificateAuthority::issue_server(std::span<const std::string> names,
                                                          Timestamp now, Random& random) {
  for (const std::string& name : names) {
    if (!is_host_name(name)) return failed("not a host name: " + name.substr(0, 64));
  }
  if (names.empty()) return failed("a server certificate needs a name");
  const Key key(EVP_EC_gen("P-256"));
  BARTIZAN_ASSIGN(const Certificate out, begin(key.get(), now, kServerCertificateLife, random));
  BARTIZAN_TRY(add_name(X509_get_subject_name(out.get()), "CN", names.front().substr(0, 64)));
  X509* issuer = keys_->certificate.get();
  X509_set_issuer_name(out.get(), X509_get_subject_name(issuer));
  BARTIZAN_TRY(add_leaf_extensions(out.get(), issuer, "serverAuth"));
  BARTIZAN_TRY(add_extension(out.get(), issuer, NID_subject_alt_name, alternative_names(names)));
  if (X509_sign(out.get(), keys_->key.get(), EVP_sha256()) == 0) return failed("signing failed");
  return ServerIdentity{.certificate_chain_pem = pem(out.get()) + certificate_pem_,
                        .private_key_pem = pem(key.get()),
                        .not_after = time_of(X509_get0_notAfter(out.get()))};
}

std::optional<ServerIdentity> CertificateAuthority::read_server(const std::filesystem::path& folder,
                                                                std::span<const std::string> names,
                                                                Timestamp now) const {
  const auto chain = read_file(folder / kServerCertificateFile, kMaxPem);
  const auto key_text = read_file(folder / kServerKeyFile, kMaxPem);
  if (!chain || !key_text) return std::nullopt;
  const auto certificate = read_certificate(*chain);
  const auto key = read_key(*key_text);
  if (!certificate || !key) return std::nullopt;
  X509* leaf = certificate->get();
  const std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>> ca_key(
      X509_get_pubkey(keys_->certificate.get()));
  if (X509_check_private_key(leaf, key->get()) != 1 || X509_verify(leaf, ca_key.get()) != 1) {
    ERR_clear_error();
    return std::nullopt;
  }
  for (const std::string& name : names) {
    if (X509_check_host(leaf, name.c_str(), name.size(), 0, nullptr) != 1 &&
        X509_check_ip_asc(leaf, name.c_str(), 0) != 1)
      return std::nullopt;
  }
  const Timestamp end = time_of(X509_get0_notAfter(leaf));
  if (end - kRenewServerBefore <= now) return std::nullopt;
  return ServerIdentity{
      .certificate_chain_pem = *chain, .private_key_pem = *key_text, .not_after = end};
}

Result<ServerIdentity> CertificateAuthority::server_identity(const std::filesystem::path& folder,
                                                             std::span<const std::string> names,
                                                             Timestamp now, Random& random) {
  if (auto kept = read_server(folder, names, now)) return std::move(*kept);
  BARTIZAN_ASSIGN(ServerIdentity made, issue_server(names, now, random));
  BARTIZAN_TRY(write_file_durably(folder / kServerKeyFile, made.private_key_pem));
  BARTIZAN_TRY(write_file_durably(folder / kServerCertificateFile, made.certificate_chain_pem));
  return made;
}

Result<KeyAndRequest> make_key_and_request(KeyKind kind) {
  const Key key(EVP_EC_gen(kind == KeyKind::kP256 ? "P-256" : "P-384"));
  const SigningRequest request(X509_REQ_new());
  X509_REQ_set_version(request.get(), 0);
  X509_REQ_set_pubkey(request.get(), key.get());
  if (X509_REQ_sign(request.get(), key.get(), EVP_sha256()) == 0) return failed("signing failed");
  return KeyAndRequest{
      .private_key_pem = pem(key.get()),
      .csr_pem = pem_of([&](BIO* bio) { PEM_write_bio_X509_REQ(bio, request.get()); })};
}

}  // namespace bartizan::server
