// An HTTP/1.1 server over TLS 1.3 (or plain, on loopback), built on Asio and Beast's parser, hidden
// behind connection.h.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "net/http.h"

namespace bartizan::net {

struct ServerTls {
  std::string certificate_chain_pem;
  std::string private_key_pem;
  std::string client_ca_pem;  // set: a client certificate of this CA is required, others end in the
                              // handshake
};

struct ServerLimits {
  std::size_t max_header_bytes = 16 * 1024;
  std::size_t max_body_bytes = 1 << 20;  // beyond: 413
  std::chrono::seconds header_timeout{10};
  std::chrono::seconds body_timeout{30};
  std::chrono::seconds idle_timeout{120};  // between requests of a kept-alive connection
  std::size_t max_connections = 10'000;
};

// Requests whose body goes to a file instead of memory.
struct Uploads {
  std::filesystem::path folder;
  std::uint64_t max_bytes = std::uint64_t{512} << 20;  // beyond: 413
  std::size_t max_concurrent = 4;                      // files that exist at a time; beyond: 503
  std::chrono::seconds body_timeout{900};
  // Does the request with this header upload? Runs on an I/O thread: looks and does not wait.
  std::function<bool(const Request& head)> wanted;
  // Asked on a worker thread before a byte of the body is kept: an answer here is sent instead.
  std::function<std::optional<Response>(const Request& head)> refuse;
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: any free one
  std::optional<ServerTls> tls;
  ServerLimits limits;
  std::optional<Uploads> uploads;
  unsigned io_threads = 1;
  unsigned worker_threads = 2;
};

class Server {
 public:
  // Binds and starts. kUnavailable when the address cannot be had, kDenied for plain HTTP on
  // anything but loopback.
  static Result<std::unique_ptr<Server>> start(ServerOptions options, Handler handler);
  virtual ~Server() = default;  // stops, waiting for running handlers

  virtual std::uint16_t port() const = 0;
  virtual std::size_t open_connections() const = 0;
  // Runs `task` on a worker thread after `delay`: long polls end by it.
  virtual void after(std::chrono::milliseconds delay, std::function<void()> task) = 0;
  // Replaces certificate and key for new connections.
  virtual Status renew_tls(const ServerTls& tls) = 0;
};

}  // namespace bartizan::net
