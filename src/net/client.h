// A blocking HTTP/1.1 client with keep-alive, and a blocking TLS byte stream, for the agent and the
// connectors. TLS 1.2 or newer, host name verified. One thread at a time.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/http.h"

namespace bartizan::net {

struct ClientTls {
  std::string ca_pem;           // empty: the system's store
  std::string certificate_pem;  // empty: no client certificate
  std::string private_key_pem;
  std::string pinned_spki_sha256;    // base64; set: the server's key must be this one, whatever its
                                     // chain says
  bool any_loopback_server = false;  // whoever answers is believed, but only on a loopback address
  std::string pinned_ca_sha256;  // hex; set and ca_pem empty: the chain the server shows must lead
                                 // to a certificate with this digest, which the server sends along
};

struct ClientOptions {
  std::string host;
  std::uint16_t port = 443;
  std::optional<ClientTls> tls;  // nothing: plain HTTP
  std::chrono::milliseconds connect_timeout{5000};
  std::chrono::milliseconds request_timeout{30000};
  std::size_t max_response_bytes = 8 << 20;
};

class HttpClient {
 public:
  static std::unique_ptr<HttpClient> make(ClientOptions options);
  virtual ~HttpClient() = default;
  // Connects when needed. kUnavailable: no connection, reset, timed out; kDenied: the TLS handshake
  // was refused.
  virtual Result<Response> request(std::string_view method, std::string_view target,
                                   std::string body = {}, std::vector<Header> headers = {}) = 0;
  // From any thread: the request under way and every later one fail with kUnavailable.
  virtual void cancel() = 0;
};

class ByteStream {
 public:
  static Result<std::unique_ptr<ByteStream>> connect(const ClientOptions& options);
  virtual ~ByteStream() = default;
  virtual Status write(std::string_view bytes) = 0;
  // True when the peer has closed or sent an alert: what was written lately may be lost.
  virtual bool broken() = 0;
};

// https://host:port/path or http://...; kInvalid otherwise.
struct ServerUrl {
  bool tls = true;
  std::string host;
  std::uint16_t port = 443;
  std::string path;
};
Result<ServerUrl> parse_server_url(std::string_view url);

}  // namespace bartizan::net
