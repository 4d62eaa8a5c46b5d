// One client of the server, as a state machine over a non-blocking socket. Includes Asio: for
// server.cc and connection.cc alone.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_set>

#include "net/message_reader.h"
#include "net/server.h"
#include "net/tls.h"

namespace bartizan::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

class Connection;

// What connections share; outlives the Server while a Responder still refers to one of them.
struct ServerCore {
  explicit ServerCore(ServerOptions given, Handler handle)
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

// One client. Everything but `answer` runs on the connection's strand.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<ServerCore> core, tcp::socket socket)
      : core_(std::move(core)), socket_(std::move(socket)), timer_(socket_.get_executor()) {}

  auto executor() { return socket_.get_executor(); }

  void start(const SslContext& tls);
  // The server is going: what is being written may finish, the rest ends now.
  void stop();

 private:
  enum class Phase { kHandshake, kIdle, kHeader, kBody, kHandling, kWriting, kLingering, kClosed };
  enum class Io { kDone, kAgain, kFailed };

  void enter(Phase phase, std::chrono::milliseconds limit);
  void time_out();
  void wait(tcp::socket::wait_type type, void (Connection::*then)());
  // What became of an OpenSSL or socket call that returned `result`.
  Io outcome(long result, void (Connection::*again)());
  void handshake();
  void next_request();
  long read_some(char* buffer, std::size_t size);
  void read();
  // True when the request needs more bytes; otherwise it has been handled, one way or another.
  bool parse();
  bool keep_part();
  // Whoever may not upload is told so before the body is read.
  void ask_about_upload();
  void take_upload(const std::optional<Response>& refusal, std::shared_ptr<BodyFile> file);
  // The interim answer is a few bytes on a connection with nothing else to say: if it does not fit
  // into the socket at once, the client is not worth waiting for.
  bool send_continue();
  void refuse(int status, std::string_view detail);
  void dispatch();
  // From any thread.
  void answer(Response response, bool head);
  void write_answer(const Response& response, bool head);
  void write();
  void linger();
  void discard();
  void close();

  const std::shared_ptr<ServerCore> core_;
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

}  // namespace bartizan::net
