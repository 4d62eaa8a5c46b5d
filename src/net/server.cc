#include "net/server.h"

#include <sys/resource.h>

#include <boost/asio/strand.hpp>
#include <thread>

#include "net/connection.h"

namespace bartizan::net {
namespace {

constexpr std::chrono::milliseconds kAcceptPause{100};

void raise_open_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

class AsioServer final : public Server {
 public:
  AsioServer(ServerOptions options, Handler handler)
      : core_(std::make_shared<ServerCore>(std::move(options), std::move(handler))),
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

  const std::shared_ptr<ServerCore> core_;
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
