// OpenSSL as the server and the client use it: contexts, a socket BIO, and what the peer showed.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "net/client.h"
#include "net/http.h"
#include "net/server.h"

struct ssl_ctx_st;
struct ssl_st;

namespace bartizan::net {

struct SslDelete {
  void operator()(ssl_st* ssl) const;
};
using Ssl = std::unique_ptr<ssl_st, SslDelete>;
using SslContext = std::shared_ptr<ssl_ctx_st>;

// TLS 1.3 only; no sessions are kept and no tickets sent, so that an idle connection stays small
// and every connection proves its certificate anew. kInvalid: a PEM text that cannot be used.
Result<SslContext> make_server_context(const ServerTls& tls);
Result<SslContext> make_client_context(const ClientTls& tls);

// TLS over a non-blocking socket that stays the caller's; writes never raise SIGPIPE. Null when
// memory is out.
Ssl make_ssl(const SslContext& context, int socket);
// As a client: expects `host` (a name or an IP address) in the server's certificate, unless the
// context pins a key.
Status expect_host(ssl_st* ssl, const std::string& host);

std::optional<PeerCertificate> peer_certificate(const ssl_st* ssl);
// SHA-256 of the peer's SubjectPublicKeyInfo, base64; empty without a certificate.
std::string peer_spki_sha256(const ssl_st* ssl);

struct TlsFailure {
  bool refused = false;  // a verdict on a certificate or key, ours or theirs; not a broken line
  std::string reason;
};
// What this thread's OpenSSL error queue says; empties it.
TlsFailure take_tls_failure(const ssl_st* ssl);

}  // namespace bartizan::net
