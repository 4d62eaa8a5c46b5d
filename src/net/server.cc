#include "net/server.h"

#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <mutex>
#include <thread>
#include <unordered_set>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/log.h"
#include "net/message_reader.h"
#include "net/tls.h"

namespace bartizan::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t kReadBytes = 16 * 1024;
// After a refused request the client may still be sending; reading it away for a moment lets it
// see the answer instead of a reset.
constexpr std::size_t kMaxLingerBytes = 64 << 20;
constexpr std::chrono::milliseconds kLingerTime{1000};
constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr std::chrono::milliseconds kStopGrace{1000};

class Connection;

// What connections share; outlives the Server while a Responder still refers to one of them.
struct Core {
  explicit Core(ServerOptions given, Handler handle)
      : options(std::move(given)), handler(std::move(handle)), workers(options.worker_threads) {}

  const ServerOptions options;
  const Handler handler;
  asio::io_context io;
  asio::thread_pool workers;

  std::mutex mutex;  // of what follows
  bool stopped = false;
  SslContext tls;
  std::size_t uploads = 0;  // files that exist
  std::unordered_set<std::shared_ptr<Connection>> connections;
  std::unordered_set<std::shared_ptr<asio::steady_timer>> timers;

  // Posts only while somebody runs the io_context: a late Responder must not keep itself alive in
  // its queue.
  template <typename Executor, typename Task>
  void post(const Executor& executor, Task task) {
    const std::lock_guard lock(mutex);
    if (!stopped) asio::post(executor, std::move(task));
  }
};

// A file for the body of an upload. It must not outlive `core` being told that it is gone.
Result<std::shared_ptr<BodyFile>> new_upload(const std::shared_ptr<Core>& core) {
  {
    const std::lock_guard lock(core->mutex);
    if (core->uploads >= core->options.uploads->max_concurrent)
      return Error{ErrorCode::kUnavailable, "Too many uploads at a time; try again."};
    ++core->uploads;
  }
  return BodyFile::create(core->options.uploads->folder, [core] {
    const std::lock_guard lock(core->mutex);
    --core->uploads;
  });
}

enum class Phase { kHandshake, kIdle, kHeader, kBody, kHandling, kWriting, kLingering, kClosed };
enum class Io { kDone, kAgain, kFailed };

// One client. Everything but `answer` runs on the connection's strand.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<Core> core, tcp::socket socket)
      : core_(std::move(core)), socket_(std::move(socket)), timer_(socket_.get_executor()) {}

  auto executor() { return socket_.get_executor(); }

  void start(const SslContext& tls) {
    error_code ignored;
    socket_.non_blocking(true, ignored);
    socket_.set_option(tcp::no_delay(true), ignored);
    remote_address_ = socket_.remote_endpoint(ignored).address().to_string();
    if (!tls) return next_request();
    ssl_ = make_ssl(tls, socket_.native_handle());
    if (!ssl_) return close();
    SSL_set_accept_state(ssl_.get());
    enter(Phase::kHandshake, core_->options.limits.header_timeout);
    handshake();
  }

  // The server is going: what is being written may finish, the rest ends now.
  void stop() {
    close_after_answer_ = true;
    if (phase_ == Phase::kWriting || phase_ == Phase::kLingering) {
      enter(phase_, kStopGrace);
    } else {
      close();
    }
  }

 private:
  void enter(Phase phase, std::chrono::milliseconds limit) {
    phase_ = phase;
    timer_.expires_after(limit);
    timer_.async_wait([self = shared_from_this(), turn = ++turn_](error_code error) {
      if (!error && turn == self->turn_) self->time_out();
    });
  }

  void time_out() {
    if (phase_ == Phase::kHeader || phase_ == Phase::kBody) {
      ++io_turn_;  // nobody waits for the rest any more
      error_code ignored;
      socket_.cancel(ignored);
      refuse(408, "The request took too long to arrive.");
    } else {
      close();
    }
  }

  void wait(tcp::socket::wait_type type, void (Connection::*then)()) {
    socket_.async_wait(type,
                       [self = shared_from_this(), then, turn = ++io_turn_](error_code error) {
                         if (self->phase_ == Phase::kClosed || turn != self->io_turn_) return;
                         if (error) return self->close();
                         ((*self).*then)();
                       });
  }

  // What became of an OpenSSL or socket call that returned `result`.
  Io outcome(long result, void (Connection::*again)()) {
    if (result > 0) return Io::kDone;
    auto type = tcp::socket::wait_read;
    if (ssl_) {
      const int error = SSL_get_error(ssl_.get(), static_cast<int>(result));
      if (error == SSL_ERROR_WANT_WRITE) {
        type = tcp::socket::wait_write;
      } else if (error != SSL_ERROR_WANT_READ) {
        ERR_clear_error();
        return Io::kFailed;
      }
    } else {
      if (result == 0 || (errno != EAGAIN && errno != EINTR)) return Io::kFailed;
      if (phase_ == Phase::kWriting) type = tcp::socket::wait_write;
    }
    wait(type, again);
    return Io::kAgain;
  }

  void handshake() {
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_.get());
    switch (outcome(result, &Connection::handshake)) {
      case Io::kAgain:
        return;
      case Io::kFailed:
        // Lets the client read the alert that says why.
        return linger();
      case Io::kDone:
        peer_ = peer_certificate(ssl_.get());
        return next_request();
    }
  }

  void next_request() {
    reader_.reset();
    output_ = {};
    if (!input_.empty()) {
      if (parse()) read();
      return;
    }
    input_ = {};
    enter(Phase::kIdle, core_->options.limits.idle_timeout);
    wait(tcp::socket::wait_read, &Connection::read);
  }

  long read_some(char* buffer, std::size_t size) {
    ERR_clear_error();
    if (ssl_) return SSL_read(ssl_.get(), buffer, static_cast<int>(size));
    return ::recv(socket_.native_handle(), buffer, size, 0);
  }

  void read() {
    char buffer[kReadBytes];
    do {
      const long received = read_some(buffer, sizeof buffer);
      const Io result = outcome(received, &Connection::read);
      if (result == Io::kAgain) return;
      if (result == Io::kFailed) return close();
      input_.append(buffer, static_cast<std::size_t>(received));
    } while (parse());
  }

  // True when the request needs more bytes; otherwise it has been handled, one way or another.
  bool parse() {
    const ServerLimits& limits = core_->options.limits;
    if (!reader_) {
      const auto& uploads = core_->options.uploads;
      BodyLimits body{.in_memory = limits.max_body_bytes};
      if (uploads) body = {limits.max_body_bytes, uploads->max_bytes, uploads->wanted};
      reader_ = std::make_unique<RequestReader>(limits.max_header_bytes, std::move(body));
      enter(Phase::kHeader, limits.header_timeout);
    }
    input_.erase(0, reader_->feed(input_));
    if (upload_ && !keep_part()) return false;
    switch (reader_->state()) {
      case ReadState::kFailed:
        refuse(reader_->failure_status(), reader_->failure());
        return false;
      case ReadState::kDone:
        if (reader_->is_upload() && !upload_) {
          ask_about_upload();
        } else {
          dispatch();
        }
        return false;
      case ReadState::kBody:
        if (reader_->is_upload() && !upload_) {
          ask_about_upload();
          return false;
        }
        if (phase_ == Phase::kHeader) {
          enter(Phase::kBody, limits.body_timeout);
          if (reader_->expects_continue() && input_.empty()) return send_continue();
        }
        return true;
      case ReadState::kHeader:
        return true;
    }
    return false;
  }

  bool keep_part() {
    const Status kept = upload_->append(reader_->take_part());
    if (kept.ok()) return true;
    log::error("an upload was not kept", {{"why", kept.error().message}});
    refuse(507, "There is no space for the upload.");
    return false;
  }

  // Whoever may not upload is told so before the body is read.
  void ask_about_upload() {
    phase_ = Phase::kHandling;
    ++turn_;
    timer_.cancel();
    auto head = std::make_shared<Request>(reader_->head());
    const Status target = parse_target(std::string(head->target), *head);
    if (!target.ok())
      return refuse(400, "The request's target is malformed: " + target.error().message + ".");
    head->remote_address = remote_address_;
    head->peer = peer_;
    asio::post(core_->workers, [core = core_, head, weak = weak_from_this()] {
      std::optional<Response> refusal;
      Result<std::shared_ptr<BodyFile>> file = std::shared_ptr<BodyFile>();
      try {
        refusal = core->options.uploads->refuse(*head);
        if (!refusal) file = new_upload(core);
      } catch (const std::exception& exception) {
        log::error("an upload could not be judged", {{"what", exception.what()}});
        refusal = problem_response(500, reason_phrase(500), "The server failed.");
      }
      if (!file.ok()) refusal = problem_response(503, reason_phrase(503), file.error().message);
      const auto self = weak.lock();
      if (!self) return;
      core->post(self->executor(), [self, refusal, file = file.value_or(nullptr)] {
        if (self->phase_ == Phase::kHandling) self->take_upload(refusal, file);
      });
    });
  }

  void take_upload(const std::optional<Response>& refusal, std::shared_ptr<BodyFile> file) {
    if (refusal) {
      close_after_answer_ = true;  // the body is not read
      return write_answer(*refusal, false);
    }
    upload_ = std::move(file);
    enter(Phase::kBody, core_->options.uploads->body_timeout);
    if (reader_->expects_continue() && input_.empty() && !send_continue()) return;
    if (parse()) read();
  }

  // The interim answer is a few bytes on a connection with nothing else to say: if it does not fit
  // into the socket at once, the client is not worth waiting for.
  bool send_continue() {
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    ERR_clear_error();
    const long sent =
        ssl_ ? SSL_write(ssl_.get(), kContinue.data(), kContinue.size())
             : ::send(socket_.native_handle(), kContinue.data(), kContinue.size(), MSG_NOSIGNAL);
    if (sent == static_cast<long>(kContinue.size())) return true;
    close();
    return false;
  }

  void refuse(int status, std::string_view detail) {
    close_after_answer_ = true;
    write_answer(problem_response(status, reason_phrase(status), detail), false);
  }

  void dispatch() {
    close_after_answer_ = close_after_answer_ || !reader_->keep_alive();
    auto request = std::make_shared<Request>(reader_->take());
    request->body_file = std::exchange(upload_, nullptr);
    reader_.reset();
    const Status target = parse_target(std::string(request->target), *request);
    if (!target.ok())
      return refuse(400, "The request's target is malformed: " + target.error().message + ".");
    request->remote_address = remote_address_;
    request->peer = peer_;
    phase_ = Phase::kHandling;
    ++turn_;  // a handler may take its time
    timer_.cancel();
    const bool head = request->method == "HEAD";
    Responder responder([weak = weak_from_this(), head](Response response) {
      if (const auto self = weak.lock()) self->answer(std::move(response), head);
    });
    asio::post(core_->workers, [core = core_, request, responder = std::move(responder)]() mutable {
      try {
        core->handler(*request, std::move(responder));
      } catch (const std::exception& exception) {
        // The Responder, moved into the handler, has answered 500 while the stack unwound.
        log::error("a request handler threw",
                   {{"path", request->path}, {"what", exception.what()}});
      } catch (...) {
        log::error("a request handler threw something that is no exception",
                   {{"path", request->path}});
      }
    });
  }

  // From any thread.
  void answer(Response response, bool head) {
    core_->post(executor(),
                [self = shared_from_this(), head, response = std::move(response)]() mutable {
                  if (self->phase_ == Phase::kHandling) self->write_answer(response, head);
                });
  }

  void write_answer(const Response& response, bool head) {
    output_ = encode_response(response, head, !close_after_answer_);
    written_ = 0;
    enter(Phase::kWriting, core_->options.limits.body_timeout);
    write();
  }

  void write() {
    while (written_ < output_.size()) {
      const char* data = output_.data() + written_;
      const std::size_t size = std::min<std::size_t>(output_.size() - written_, 1 << 20);
      ERR_clear_error();
      const long sent = ssl_ ? SSL_write(ssl_.get(), data, static_cast<int>(size))
                             : ::send(socket_.native_handle(), data, size, MSG_NOSIGNAL);
      switch (outcome(sent, &Connection::write)) {
        case Io::kAgain:
          return;
        case Io::kFailed:
          return close();
        case Io::kDone:
          written_ += static_cast<std::size_t>(sent);
      }
    }
    if (close_after_answer_) return linger();
    next_request();
  }

  void linger() {
    if (ssl_ && SSL_is_init_finished(ssl_.get())) SSL_shutdown(ssl_.get());
    ERR_clear_error();
    ssl_.reset();
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
    enter(Phase::kLingering, kLingerTime);
    discard();
  }

  void discard() {
    char buffer[kReadBytes];
    while (lingered_ < kMaxLingerBytes) {
      const long received = read_some(buffer, sizeof buffer);
      if (received > 0) lingered_ += static_cast<std::size_t>(received);
      const Io result = outcome(received, &Connection::discard);
      if (result == Io::kAgain) return;
      if (result == Io::kFailed) break;
    }
    close();
  }

  void close() {
    if (phase_ == Phase::kClosed) return;
    phase_ = Phase::kClosed;
    ++turn_;
    timer_.cancel();
    upload_.reset();
    ssl_.reset();
    error_code ignored;
    socket_.close(ignored);
    const std::lock_guard lock(core_->mutex);
    core_->connections.erase(shared_from_this());
  }

  const std::shared_ptr<Core> core_;
  tcp::socket socket_;
  asio::steady_timer timer_;
  Ssl ssl_;
  std::string remote_address_;
  std::optional<PeerCertificate> peer_;
  Phase phase_ = Phase::kIdle;
  unsigned turn_ = 0;     // distinguishes the current deadline from one that has just expired
  unsigned io_turn_ = 0;  // the same for waits on the socket
  bool close_after_answer_ = false;
  std::unique_ptr<RequestReader> reader_;
  std::shared_ptr<BodyFile> upload_;
  std::string input_;
  std::string output_;
  std::size_t written_ = 0;
  std::size_t lingered_ = 0;
};

void raise_open_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

class AsioServer final : public Server {
 public:
  AsioServer(ServerOptions options, Handler handler)
      : core_(std::make_shared<Core>(std::move(options), std::move(handler))),
        acceptor_(core_->io),
        accept_pause_(core_->io) {}

  Status open() {
    const ServerOptions& options = core_->options;
    error_code error;
    const auto address = asio::ip::make_address(options.address, error);
    if (error) return Error{ErrorCode::kInvalid, options.address + " is not an IP address"};
    if (options.tls) {
      BARTIZAN_ASSIGN(core_->tls, make_server_context(*options.tls));
    } else if (!address.is_loopback()) {
      return Error{ErrorCode::kDenied,
                   "plain HTTP is served on loopback alone, not on " + options.address};
    }
    const tcp::endpoint endpoint(address, options.port);
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(4096, error);
    if (error) {
      return Error{ErrorCode::kUnavailable, "cannot listen on " + options.address + ":" +
                                                std::to_string(options.port) + ": " +
                                                error.message()};
    }
    port_ = acceptor_.local_endpoint().port();
    accept();
    for (unsigned i = 0; i < std::max(1U, options.io_threads); ++i) {
      io_threads_.emplace_back([this] { core_->io.run(); });
    }
    return {};
  }

  ~AsioServer() override {
    if (io_threads_.empty()) return;  // never opened
    asio::post(core_->io, [this] {
      error_code ignored;
      acceptor_.close(ignored);
      accept_pause_.cancel();
    });
    drop_timers();
    core_->workers.join();
    drop_timers();
    std::unordered_set<std::shared_ptr<Connection>> connections;
    {
      const std::lock_guard lock(core_->mutex);
      core_->stopped = true;
      connections = core_->connections;
    }
    for (const auto& connection : connections) {
      asio::post(connection->executor(), [connection] { connection->stop(); });
    }
    connections.clear();
    work_.reset();
    for (std::thread& thread : io_threads_) thread.join();
  }

  std::uint16_t port() const override { return port_; }

  std::size_t open_connections() const override {
    const std::lock_guard lock(core_->mutex);
    return core_->connections.size();
  }

  void after(std::chrono::milliseconds delay, std::function<void()> task) override {
    const auto timer = std::make_shared<asio::steady_timer>(core_->io, delay);
    const std::lock_guard lock(core_->mutex);
    if (core_->stopped) return;
    core_->timers.insert(timer);
    timer->async_wait([core = core_, timer, task = std::move(task)](error_code error) mutable {
      {
        const std::lock_guard guard(core->mutex);
        core->timers.erase(timer);
      }
      if (!error) asio::post(core->workers, std::move(task));
    });
  }

  Status renew_tls(const ServerTls& tls) override {
    BARTIZAN_ASSIGN(SslContext context, make_server_context(tls));
    const std::lock_guard lock(core_->mutex);
    core_->tls = std::move(context);
    return {};
  }

 private:
  void drop_timers() {
    asio::post(core_->io, [core = core_] {
      std::unordered_set<std::shared_ptr<asio::steady_timer>> timers;
      {
        const std::lock_guard lock(core->mutex);
        timers.swap(core->timers);
      }
      for (const auto& timer : timers) timer->cancel();
    });
  }

  void accept() {
    acceptor_.async_accept(asio::make_strand(core_->io),
                           [this](error_code error, tcp::socket socket) {
                             if (!acceptor_.is_open()) return;
                             if (error) {
                               // Out of descriptors, most likely: trying again at once would spin.
                               accept_pause_.expires_after(kAcceptPause);
                               accept_pause_.async_wait([this](error_code stopped) {
                                 if (!stopped && acceptor_.is_open()) accept();
                               });
                               return;
                             }
                             admit(std::move(socket));
                             accept();
                           });
  }

  void admit(tcp::socket socket) {
    const auto connection = std::make_shared<Connection>(core_, std::move(socket));
    SslContext tls;
    {
      const std::lock_guard lock(core_->mutex);
      if (core_->connections.size() >= core_->options.limits.max_connections) return;
      core_->connections.insert(connection);
      tls = core_->tls;
    }
    asio::post(connection->executor(), [connection, tls] { connection->start(tls); });
  }

  const std::shared_ptr<Core> core_;
  asio::executor_work_guard<asio::io_context::executor_type> work_ =
      asio::make_work_guard(core_->io);
  tcp::acceptor acceptor_;
  asio::steady_timer accept_pause_;
  std::vector<std::thread> io_threads_;
  std::uint16_t port_ = 0;
};

}  // namespace

Result<std::unique_ptr<Server>> Server::start(ServerOptions options, Handler handler) {
  raise_open_file_limit();
  auto server = std::make_unique<AsioServer>(std::move(options), std::move(handler));
  BARTIZAN_TRY(server->open());
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace bartizan::net
