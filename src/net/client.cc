#include "net/client.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <mutex>

#include "base/crypto.h"
#include "net/message_reader.h"
#include "net/tls.h"

namespace bartizan::net {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

Error unavailable(const ClientOptions& options, std::string_view what) {
  return {ErrorCode::kUnavailable,
          options.host + ":" + std::to_string(options.port) + ": " + std::string(what)};
}

class Socket {
 public:
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~Socket() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

// True when `events` happened before the deadline.
bool wait_for(int socket, short events, SteadyTime deadline) {
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd entry{socket, events, 0};
    const int ready =
        ::poll(&entry, 1, static_cast<int>(std::clamp<long>(left.count(), 0, 1 << 30)));
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

// Resolving is the C library's and may take longer than the deadline.
Result<Socket> connect_socket(const ClientOptions& options) {
  const SteadyTime deadline = std::chrono::steady_clock::now() + options.connect_timeout;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(options.host.c_str(), std::to_string(options.port).c_str(), &hints, &found) !=
      0) {
    return unavailable(options, "the name cannot be resolved");
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses(found, ::freeaddrinfo);
  std::string why = "no address";
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    Socket socket(
        ::socket(each->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, each->ai_protocol));
    if (socket.get() < 0) continue;
    int error = 0;
    if (::connect(socket.get(), each->ai_addr, each->ai_addrlen) != 0) {
      error = errno;
      if (error == EINPROGRESS) {
        socklen_t size = sizeof error;
        error = ETIMEDOUT;
        if (wait_for(socket.get(), POLLOUT, deadline)) {
          ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
        }
      }
    }
    if (error == 0) {
      const int on = 1;
      ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      return socket;
    }
    why = std::strerror(error);
  }
  return unavailable(options, why);
}

bool peer_is_loopback(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getpeername(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return false;
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    return ntohl(v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
  }
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
  return address.ss_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
}

// A connection, TLS or plain, on which every call has a deadline.
class Transport {
 public:
  static Result<std::unique_ptr<Transport>> open(const ClientOptions& options,
                                                 const SslContext& context) {
    BARTIZAN_ASSIGN(Socket socket, connect_socket(options));
    std::unique_ptr<Transport> transport(new Transport(options, std::move(socket)));
    if (context) BARTIZAN_TRY(transport->handshake(context));
    return transport;
  }

  int socket() const { return socket_.get(); }

  ~Transport() {
    if (ssl_ && !ssl_failed_) SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }

  Status write(std::string_view bytes, SteadyTime deadline) {
    while (!bytes.empty()) {
      const std::size_t size = std::min<std::size_t>(bytes.size(), 1 << 20);
      ERR_clear_error();
      const long sent = ssl_ ? SSL_write(ssl_.get(), bytes.data(), static_cast<int>(size))
                             : ::send(socket_.get(), bytes.data(), size, MSG_NOSIGNAL);
      if (sent > 0) {
        bytes.remove_prefix(static_cast<std::size_t>(sent));
      } else {
        BARTIZAN_TRY(wait_after(sent, POLLOUT, deadline));
      }
    }
    return {};
  }

  // Zero bytes: the peer closed in good order.
  Result<std::size_t> read(char* buffer, std::size_t size, SteadyTime deadline) {
    for (;;) {
      ERR_clear_error();
      const long received = ssl_ ? SSL_read(ssl_.get(), buffer, static_cast<int>(size))
                                 : ::recv(socket_.get(), buffer, size, 0);
      if (received > 0) return static_cast<std::size_t>(received);
      const bool ended =
          ssl_ ? SSL_get_error(ssl_.get(), static_cast<int>(received)) == SSL_ERROR_ZERO_RETURN
               : received == 0;
      if (ended) return std::size_t{0};
      BARTIZAN_TRY(wait_after(received, POLLIN, deadline));
    }
  }

  // The peer has closed or sent an alert.
  bool broken() {
    char byte;
    ERR_clear_error();
    const long peeked = ssl_ ? SSL_peek(ssl_.get(), &byte, 1)
                             : ::recv(socket_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (peeked > 0) return false;
    const bool waiting =
        ssl_ ? SSL_get_error(ssl_.get(), static_cast<int>(peeked)) == SSL_ERROR_WANT_READ
             : peeked < 0 && errno == EAGAIN;
    ERR_clear_error();
    return !waiting;
  }
  // The peer said something although nothing was asked.
  bool has_input() {
    char byte;
    const bool has = ssl_ ? SSL_peek(ssl_.get(), &byte, 1) > 0
                          : ::recv(socket_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
    ERR_clear_error();
    return has;
  }

 private:
  Transport(const ClientOptions& options, Socket socket)
      : options_(options), socket_(std::move(socket)) {}

  Status handshake(const SslContext& context) {
    const SteadyTime deadline = std::chrono::steady_clock::now() + options_.connect_timeout;
    ssl_ = make_ssl(context, socket_.get());
    if (!ssl_) return unavailable(options_, "out of memory");
    BARTIZAN_TRY(expect_host(ssl_.get(), options_.host));
    if (options_.tls->any_loopback_server && !peer_is_loopback(socket_.get())) {
      return Error{ErrorCode::kDenied, options_.host + ": the server must prove who it is"};
    }
    SSL_set_connect_state(ssl_.get());
    for (;;) {
      ERR_clear_error();
      const int result = SSL_do_handshake(ssl_.get());
      if (result == 1) break;
      BARTIZAN_TRY(wait_after(result, POLLIN, deadline));
    }
    const std::string& pin = options_.tls->pinned_spki_sha256;
    if (!pin.empty() &&
        !equal_constant_time(as_bytes(peer_spki_sha256(ssl_.get())), as_bytes(pin))) {
      return Error{ErrorCode::kDenied, options_.host + ": the server's key is not the pinned one"};
    }
    return {};
  }

  // After a call that could not go on: waits until it may be tried again.
  Status wait_after(long result, short plain_events, SteadyTime deadline) {
    short events = plain_events;
    if (ssl_) {
      const int error = SSL_get_error(ssl_.get(), static_cast<int>(result));
      if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) {
        const TlsFailure failure = take_tls_failure(ssl_.get());
        ssl_failed_ = true;
        if (failure.refused) {
          return Error{ErrorCode::kDenied, options_.host + ": TLS refused: " + failure.reason};
        }
        return unavailable(options_, failure.reason);
      }
      events = error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
    } else if (errno != EAGAIN && errno != EINTR) {
      return unavailable(options_, std::strerror(errno));
    }
    if (!wait_for(socket_.get(), events, deadline)) return unavailable(options_, "timed out");
    return {};
  }

  const ClientOptions& options_;
  Socket socket_;
  Ssl ssl_;
  bool ssl_failed_ = false;
};

Result<SslContext> context_for(const ClientOptions& options) {
  if (!options.tls) return SslContext();
  return make_client_context(*options.tls);
}

class TransportClient final : public HttpClient {
 public:
  explicit TransportClient(ClientOptions options) : options_(std::move(options)) {}

  Result<Response> request(std::string_view method, std::string_view target, std::string body,
                           std::vector<Header> headers) override {
    const SteadyTime deadline = std::chrono::steady_clock::now() + options_.request_timeout;
    const std::string message = encode(method, target, body, headers);
    const bool repeatable = method == "GET" || method == "HEAD" || method == "PUT";
    if (transport_ && (transport_->broken() || transport_->has_input())) transport_.reset();
    const bool reused = transport_ != nullptr;
    Result<Response> response = exchange(message, method == "HEAD", deadline);
    // A server may end an idle connection at the very moment it is used again.
    if (!response.ok() && reused && repeatable && !answered_ &&
        response.error().code == ErrorCode::kUnavailable &&
        std::chrono::steady_clock::now() < deadline) {
      response = exchange(message, method == "HEAD", deadline);
    }
    return response;
  }

  void cancel() override {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
    if (active_socket_ >= 0) ::shutdown(active_socket_, SHUT_RDWR);
  }

 private:
  // False when cancelled; otherwise cancel() reaches this socket until it is called with -1.
  bool set_active(int socket) {
    const std::lock_guard lock(mutex_);
    active_socket_ = cancelled_ ? -1 : socket;
    return !cancelled_;
  }

  Result<Response> exchange(std::string_view message, bool head, SteadyTime deadline) {
    answered_ = false;
    if (!transport_) {
      if (!context_made_) {
        BARTIZAN_ASSIGN(context_, context_for(options_));
        context_made_ = true;
      }
      BARTIZAN_ASSIGN(transport_, Transport::open(options_, context_));
    }
    // The connection is kept only after a complete answer that allows it.
    std::unique_ptr<Transport> transport = std::move(transport_);
    if (!set_active(transport->socket())) return unavailable(options_, "cancelled");
    const Status written = transport->write(message, deadline);
    // A server that refuses early answers and closes: its answer tells more than our broken write.
    Result<Response> response = read_response(*transport, head, deadline);
    if (!set_active(-1)) return unavailable(options_, "cancelled");
    if (!response.ok() && !written.ok() && response.error().code != ErrorCode::kDenied) {
      return written.error();
    }
    if (response.ok() && written.ok() && keep_) transport_ = std::move(transport);
    return response;
  }

  Result<Response> read_response(Transport& transport, bool head, SteadyTime deadline) {
    std::string input;
    char buffer[16 * 1024];
    for (;;) {
      ResponseReader reader(options_.max_response_bytes, head);
      for (;;) {
        input.erase(0, reader.feed(input));
        if (reader.state() == ReadState::kDone || reader.state() == ReadState::kFailed) break;
        BARTIZAN_ASSIGN(const std::size_t received,
                        transport.read(buffer, sizeof buffer, deadline));
        answered_ = answered_ || received != 0;
        if (received == 0) {
          reader.feed_end();
          break;
        }
        input.append(buffer, received);
      }
      if (reader.too_large()) {
        return Error{ErrorCode::kLimit, options_.host + ": the answer is larger than " +
                                            std::to_string(options_.max_response_bytes) + " bytes"};
      }
      if (reader.state() != ReadState::kDone) {
        return unavailable(options_, answered_ ? "the answer broke off or is not HTTP"
                                               : "the connection was closed without an answer");
      }
      keep_ = reader.keep_alive() && input.empty();
      Response response = reader.take();
      if (response.status / 100 != 1) return response;  // interim answers say nothing yet
    }
  }

  std::string encode(std::string_view method, std::string_view target, const std::string& body,
                     const std::vector<Header>& headers) const {
    const bool ipv6 = options_.host.find(':') != std::string::npos;
    std::string out;
    out.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: ");
    out.append(ipv6 ? "[" + options_.host + "]" : options_.host);
    if (options_.port != (options_.tls ? 443 : 80)) {
      out.append(":").append(std::to_string(options_.port));
    }
    out.append("\r\nUser-Agent: bartizan\r\n");
    if (!body.empty() || (method != "GET" && method != "HEAD")) {
      out.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
    }
    for (const Header& header : headers) {
      out.append(header.name).append(": ").append(header.value).append("\r\n");
    }
    return out.append("\r\n").append(body);
  }

  const ClientOptions options_;
  bool context_made_ = false;
  SslContext context_;
  std::unique_ptr<Transport> transport_;
  bool keep_ = false;       // the last answer allows another request
  std::mutex mutex_;        // of the two below
  int active_socket_ = -1;  // of the request under way
  bool cancelled_ = false;
  bool answered_ = false;  // some of the answer to the current request has come
};

class TransportStream final : public ByteStream {
 public:
  explicit TransportStream(ClientOptions options) : options_(std::move(options)) {}

  Status open() {
    BARTIZAN_ASSIGN(const SslContext context, context_for(options_));
    BARTIZAN_ASSIGN(transport_, Transport::open(options_, context));
    return {};
  }
  Status write(std::string_view bytes) override {
    return transport_->write(bytes, std::chrono::steady_clock::now() + options_.request_timeout);
  }
  bool broken() override { return transport_->broken(); }

 private:
  const ClientOptions options_;
  std::unique_ptr<Transport> transport_;
};

}  // namespace

std::unique_ptr<HttpClient> HttpClient::make(ClientOptions options) {
  return std::make_unique<TransportClient>(std::move(options));
}

Result<std::unique_ptr<ByteStream>> ByteStream::connect(const ClientOptions& options) {
  auto stream = std::make_unique<TransportStream>(options);
  BARTIZAN_TRY(stream->open());
  return std::unique_ptr<ByteStream>(std::move(stream));
}

Result<ServerUrl> parse_server_url(std::string_view url) {
  const Error invalid{ErrorCode::kInvalid, "an address must be like https://HOST:PORT/PATH"};
  ServerUrl out;
  const std::size_t scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return invalid;
  const std::string_view scheme = url.substr(0, scheme_end);
  if (!equal_ignoring_case(scheme, "https") && !equal_ignoring_case(scheme, "http")) return invalid;
  out.tls = equal_ignoring_case(scheme, "https");
  out.port = out.tls ? 443 : 80;
  std::string_view rest = url.substr(scheme_end + 3);
  const std::size_t path = std::min(rest.find_first_of("/?#"), rest.size());
  out.path = rest.substr(path);
  if (out.path.empty() || out.path.front() != '/') out.path.insert(0, "/");
  rest = rest.substr(0, path);
  std::string_view port;
  if (!rest.empty() && rest.front() == '[') {
    const std::size_t end = rest.find(']');
    if (end == std::string_view::npos) return invalid;
    out.host = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
    if (!rest.empty() && rest.front() != ':') return invalid;
    port = rest;
  } else {
    const std::size_t colon = std::min(rest.find(':'), rest.size());
    out.host = rest.substr(0, colon);
    port = rest.substr(colon);
  }
  const bool bad_character = std::any_of(out.host.begin(), out.host.end(), [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || c == '@' || c == 0x7F;
  });
  if (out.host.empty() || bad_character) return invalid;
  if (!port.empty()) {
    port.remove_prefix(1);
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), out.port);
    if (error != std::errc() || end != port.data() + port.size() || out.port == 0) return invalid;
  }
  return out;
}

}  // namespace bartizan::net
