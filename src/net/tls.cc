#include "net/tls.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>

#include "base/crypto.h"

namespace bartizan::net {
namespace {

struct Delete {
  void operator()(BIO* bio) const { BIO_free_all(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509_STORE* store) const { X509_STORE_free(store); }
};
using Bio = std::unique_ptr<BIO, Delete>;
using Certificate = std::unique_ptr<X509, Delete>;
using Key = std::unique_ptr<EVP_PKEY, Delete>;

int socket_of(BIO* bio) {
  return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
}

int bio_write(BIO* bio, const char* data, int size) {
  BIO_clear_retry_flags(bio);
  const ssize_t sent = ::send(socket_of(bio), data, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  if (sent < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_write(bio);
  return static_cast<int>(sent);
}

int bio_read(BIO* bio, char* data, int size) {
  BIO_clear_retry_flags(bio);
  const ssize_t received = ::recv(socket_of(bio), data, static_cast<std::size_t>(size), 0);
  if (received < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_read(bio);
  if (received == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return static_cast<int>(received);
}

long bio_control(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

int bio_create(BIO* bio) {
  BIO_set_init(bio, 1);
  return 1;
}

// OpenSSL's own socket BIO writes without MSG_NOSIGNAL, and a library must not change the process's
// signals.
const BIO_METHOD* socket_bio() {
  static const BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
    BIO_meth_set_write(made, bio_write);
    BIO_meth_set_read(made, bio_read);
    BIO_meth_set_ctrl(made, bio_control);
    BIO_meth_set_create(made, bio_create);
    return made;
  }();
  return method;
}

Error invalid(std::string what) {
  ERR_clear_error();
  return {ErrorCode::kInvalid, std::move(what)};
}

Result<std::vector<Certificate>> read_certificates(std::string_view pem) {
  std::vector<Certificate> out;
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  while (X509* certificate = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) {
    out.emplace_back(certificate);
  }
  ERR_clear_error();  // the end of the text is reported as an error
  if (out.empty()) return invalid("no certificate in the PEM text");
  return out;
}

Status use_certificate(SSL_CTX* context, std::string_view chain_pem, std::string_view key_pem) {
  BARTIZAN_ASSIGN(const auto chain, read_certificates(chain_pem));
  if (SSL_CTX_use_certificate(context, chain.front().get()) != 1) {
    return invalid("the certificate cannot be used");
  }
  for (std::size_t i = 1; i < chain.size(); ++i) {
    if (SSL_CTX_add1_chain_cert(context, chain[i].get()) != 1) {
      return invalid("the certificate chain cannot be used");
    }
  }
  const Bio bio(BIO_new_mem_buf(key_pem.data(), static_cast<int>(key_pem.size())));
  const Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
  if (!key) return invalid("no private key in the PEM text");
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1) {
    return invalid("the private key is not the certificate's");
  }
  return {};
}

Status trust(SSL_CTX* context, std::string_view ca_pem) {
  BARTIZAN_ASSIGN(const auto authorities, read_certificates(ca_pem));
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  for (const Certificate& authority : authorities) {
    if (X509_STORE_add_cert(store, authority.get()) != 1) return invalid("a CA cannot be used");
    SSL_CTX_add_client_CA(context, authority.get());
  }
  return {};
}

std::string der_of(const X509* certificate) {
  const int size = i2d_X509(certificate, nullptr);
  std::string der(size > 0 ? static_cast<std::size_t>(size) : 0, '\0');
  auto* out = reinterpret_cast<unsigned char*>(der.data());
  if (size > 0) i2d_X509(certificate, &out);
  return der;
}

// Verifies the shown chain with the certificate of the wanted digest as its only root.
int verify_to_pinned_ca(X509_STORE_CTX* context, void* wanted_digest) {
  const auto& wanted = *static_cast<const std::string*>(wanted_digest);
  STACK_OF(X509)* shown = X509_STORE_CTX_get0_untrusted(context);
  const std::unique_ptr<X509_STORE, Delete> store(X509_STORE_new());
  bool found = false;
  for (int i = 0; i < sk_X509_num(shown); ++i) {
    X509* certificate = sk_X509_value(shown, i);
    if (X509_check_ca(certificate) != 0 &&
        equal_constant_time(as_bytes(sha256_hex(as_bytes(der_of(certificate)))),
                            as_bytes(wanted))) {
      found = X509_STORE_add_cert(store.get(), certificate) == 1;
    }
  }
  if (!found) {
    X509_STORE_CTX_set_error(context, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN);
    return 0;
  }
  X509_STORE_CTX_set0_trusted_stack(context, nullptr);
  STACK_OF(X509)* roots = X509_STORE_get1_all_certs(store.get());
  X509_STORE_CTX_set0_trusted_stack(context, roots);
  const int verified = X509_verify_cert(context);
  X509_STORE_CTX_set0_trusted_stack(context, nullptr);
  sk_X509_pop_free(roots, X509_free);
  return verified;
}

SslContext new_context(const SSL_METHOD* method, int minimum_version) {
  SslContext context(SSL_CTX_new(method), SSL_CTX_free);
  SSL_CTX_set_min_proto_version(context.get(), minimum_version);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_AUTO_RETRY);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  return context;
}

}  // namespace

void SslDelete::operator()(ssl_st* ssl) const { SSL_free(ssl); }

Result<SslContext> make_server_context(const ServerTls& tls) {
  const SslContext context = new_context(TLS_server_method(), TLS1_3_VERSION);
  SSL_CTX_set_num_tickets(context.get(), 0);
  BARTIZAN_TRY(use_certificate(context.get(), tls.certificate_chain_pem, tls.private_key_pem));
  if (!tls.client_ca_pem.empty()) {
    BARTIZAN_TRY(trust(context.get(), tls.client_ca_pem));
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  return context;
}

Result<SslContext> make_client_context(const ClientTls& tls) {
  SslContext context = new_context(TLS_client_method(), TLS1_2_VERSION);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  if (!tls.pinned_spki_sha256.empty() || tls.any_loopback_server) {
    // The key, or the address, is looked at beside the handshake; the chain decides nothing.
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
  } else if (!tls.ca_pem.empty()) {
    BARTIZAN_TRY(trust(context.get(), tls.ca_pem));
  } else if (!tls.pinned_ca_sha256.empty()) {
    // The digest lives exactly as long as the context that refers to it.
    auto digest = std::make_shared<std::string>(tls.pinned_ca_sha256);
    SSL_CTX_set_cert_verify_callback(context.get(), verify_to_pinned_ca, digest.get());
    SSL_CTX* raw = context.get();
    context = SslContext(raw, [digest, owner = std::move(context)](SSL_CTX*) {});
  } else if (SSL_CTX_set_default_verify_paths(context.get()) != 1) {
    return invalid("the system's CA certificates cannot be read");
  }
  if (!tls.certificate_pem.empty()) {
    BARTIZAN_TRY(use_certificate(context.get(), tls.certificate_pem, tls.private_key_pem));
  }
  return context;
}

Ssl make_ssl(const SslContext& context, int socket) {
  Ssl ssl(SSL_new(context.get()));
  BIO* bio = BIO_new(socket_bio());
  if (!ssl || bio == nullptr) {
    BIO_free(bio);
    return nullptr;
  }
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(socket)));
  SSL_set_bio(ssl.get(), bio, bio);
  return ssl;
}

Status expect_host(ssl_st* ssl, const std::string& host) {
  unsigned char address[sizeof(in6_addr)];
  const bool is_address = inet_pton(AF_INET, host.c_str(), address) == 1 ||
                          inet_pton(AF_INET6, host.c_str(), address) == 1;
  const bool set = is_address
                       ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1
                       : SSL_set_tlsext_host_name(ssl, host.c_str()) == 1 &&
                             SSL_set1_host(ssl, host.c_str()) == 1;
  if (!set) return invalid("the host name cannot be verified");
  return {};
}

std::optional<PeerCertificate> peer_certificate(const ssl_st* ssl) {
  const X509* certificate = SSL_get0_peer_certificate(ssl);
  if (certificate == nullptr) return std::nullopt;
  const auto name_part = [&](int nid) -> std::string {
    char text[256];
    X509_NAME* name = X509_get_subject_name(certificate);
    const int size = X509_NAME_get_text_by_NID(name, nid, text, sizeof text);
    return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : "";
  };
  PeerCertificate out{.common_name = name_part(NID_commonName),
                      .organization = name_part(NID_organizationName),
                      .der = der_of(certificate)};
  const ASN1_INTEGER* serial = X509_get0_serialNumber(certificate);
  out.serial =
      hex({ASN1_STRING_get0_data(serial), static_cast<std::size_t>(ASN1_STRING_length(serial))});
  out.serial.erase(0, std::min(out.serial.find_first_not_of('0'), out.serial.size()));
  return out;
}

std::string peer_spki_sha256(const ssl_st* ssl) {
  const X509* certificate = SSL_get0_peer_certificate(ssl);
  if (certificate == nullptr) return "";
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  if (size <= 0) return "";
  const Sha256Digest digest = sha256({der, static_cast<std::size_t>(size)});
  OPENSSL_free(der);
  return base64(digest);
}

TlsFailure take_tls_failure(const ssl_st* ssl) {
  TlsFailure failure{false, "the peer closed the connection"};
  // A failed verification comes after the errors of the signature check that led to it.
  while (const unsigned long error = ERR_get_error()) {
    if (ERR_GET_LIB(error) != ERR_LIB_SSL || failure.refused) continue;
    const int reason = ERR_GET_REASON(error);
    const char* text = ERR_reason_error_string(error);
    failure.reason = text != nullptr ? text : "TLS failed";
    if (reason == SSL_R_CERTIFICATE_VERIFY_FAILED) {
      failure = {true, X509_verify_cert_error_string(SSL_get_verify_result(ssl))};
    } else if (reason >= SSL_AD_REASON_OFFSET) {
      failure.refused = true;  // an alert: the peer's verdict on us
    }
  }
  return failure;
}

}  // namespace bartizan::net
