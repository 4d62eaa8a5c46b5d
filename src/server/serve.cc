#include "server/serve.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/log.h"
#include "net/server.h"
#include "server/access.h"
#include "server/answer.h"
#include "server/data_folder.h"
#include "server/deliveries.h"
#include "server/housekeeping.h"
#include "server/routes.h"
#include "server/static_files.h"
#include "store/sqlite/sqlite_store.h"
#include "yara/compile.h"

namespace bartizan::server {
namespace {

constexpr std::chrono::seconds kHousekeepingEvery{60};
constexpr std::size_t kMaxDeviceBody = 8 << 20;

std::string host_in_url(const std::string& host) {
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

std::string_view option_of(Listener listener) {
  switch (listener) {
    case Listener::kPeople:
      return "--listen";
    case Listener::kDevices:
      return "--device-listen";
    case Listener::kEnrolment:
      return "--enrol-listen";
  }
  return "";
}

std::string url_of(bool tls, const std::string& host, std::uint16_t port) {
  return (tls ? "https://" : "http://") + host_in_url(host) + ":" + std::to_string(port);
}

// What the server's certificate is good for: this machine, the addresses listened on, the name.
std::vector<std::string> certificate_names(const ServeOptions& options) {
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    const bool wildcard = name == "0.0.0.0" || name == "::";
    if (!name.empty() && !wildcard && std::find(names.begin(), names.end(), name) == names.end())
      names.push_back(name);
  };
  add(options.name);
  for (const char* name : {"localhost", "127.0.0.1", "::1"}) add(name);
  for (const Endpoint* endpoint : {&options.people, &options.devices, &options.enrolment})
    add(endpoint->address);
  return names;
}

// The parts, in the order they depend on each other; they end in the opposite order.
class Program final : public RunningServer {
 public:
  Program(DataFolder folder, ServeOptions options)
      : folder_(std::move(folder)), options_(std::move(options)) {}

  ~Program() override { stop(); }

  Status start() {
    BARTIZAN_TRY(load());
    BARTIZAN_TRY(assemble());
    // While the server was down phones fell silent and problems ended: nobody is shown the old
    // state.
    keep_house(*deps_);
    BARTIZAN_TRY(listen());
    // Last of what can fail: a start that ended before the ready line must not use it up.
    BARTIZAN_ASSIGN(first_login_, accounts_->add_first(kDefaultTenant));
    ready_ = true;
    for (const auto& deliverer : deliverers_) deliverer->start();
    housekeeper_ = std::thread([this] { keep_house_until_stopped(); });
    log_start();
    return {};
  }

  json::object ready_line() const override {
    json::object out{{"ready", true},
                     {"console", url_of(!options_.plain_people, host(options_.people),
                                        people_listener_->port())},
                     {"devices", deps_->addresses.devices_url},
                     {"enrolment", deps_->addresses.enrol_url},
                     {"data", folder_.path().string()}};
    if (first_login_) {
      out.emplace("first_login", json::object{{"name", first_login_->administrator.name},
                                              {"password", first_login_->password}});
    }
    return out;
  }

 private:
  void log_start() const;
  Status load();
  Status assemble();
  Status listen();
  Result<std::unique_ptr<net::Server>> open(const Endpoint& endpoint, Listener listener);
  net::ServerTls tls(Listener listener) const;
  void renew_certificate();
  void keep_house_until_stopped();
  void stop();

  std::string host(const Endpoint& endpoint) const {
    if (!options_.name.empty()) return options_.name;
    const bool wildcard = endpoint.address == "0.0.0.0" || endpoint.address == "::";
    return wildcard ? "localhost" : endpoint.address;
  }

  DataFolder folder_;
  const ServeOptions options_;
  SystemClock clock_;
  SystemRandom random_;
  Metrics metrics_;
  ActionWaiters waiters_;
  PolicySet policies_;
  PasswordHasher hasher_;
  std::unique_ptr<store::Store> store_;
  std::shared_ptr<const intel::Content> content_;
  std::unique_ptr<CertificateAuthority> authority_;
  ServerIdentity identity_;
  std::optional<Accounts> accounts_;
  std::optional<Accounts::Added> first_login_;
  std::optional<StoreOutbox> outbox_;
  std::vector<ConnectorInfo> connectors_;
  std::vector<std::unique_ptr<connect::Deliverer>> deliverers_;
  std::optional<IngestQueue> ingest_;
  std::optional<Deps> deps_;
  std::optional<AppScans> app_scans_;
  std::optional<AccessControl> access_;
  std::optional<Router> router_;
  std::optional<StaticFiles> console_;
  std::unique_ptr<net::Server> enrolment_listener_;
  std::unique_ptr<net::Server> device_listener_;
  std::unique_ptr<net::Server> people_listener_;

  std::mutex mutex_;
  std::condition_variable stopping_changed_;
  bool stopping_ = false;
  std::atomic<bool> ready_ = false;
  std::thread housekeeper_;
};

void Program::log_start() const {
  log::info(
      "serving",
      {{"version", std::string(detect::kEngineVersion)},
       {"people", url_of(!options_.plain_people, host(options_.people), people_listener_->port())},
       {"devices", deps_->addresses.devices_url},
       {"enrolment", deps_->addresses.enrol_url},
       {"data", folder_.path().string()},
       {"content", content_->digest()}});
}

Status Program::load() {
  const Timestamp now = clock_.now();
  const std::filesystem::path& folder = folder_.path();
  BARTIZAN_ASSIGN(store_, store::open_sqlite({.path = folder / kStoreFile}));
  // The workers compile the rules of YARA for themselves; here a bad one keeps the server from
  // starting.
  BARTIZAN_ASSIGN(content_,
                  intel::Content::load(options_.content, {.compile_yara = yara::compile}));
  BARTIZAN_ASSIGN(authority_, CertificateAuthority::open(folder, now, random_));
  BARTIZAN_ASSIGN(identity_,
                  authority_->server_identity(folder, certificate_names(options_), now, random_));
  accounts_.emplace(*store_, clock_, random_, hasher_);
  BARTIZAN_TRY(add_default_policies(*store_, kDefaultTenant, options_.content / "policies", now));
  return policies_.load(*store_, kDefaultTenant);
}

Status Program::assemble() {
  outbox_.emplace(*store_, std::string(kDefaultTenant));
  BARTIZAN_ASSIGN(auto configured,
                  connect::load_connectors(folder_.path() / kConnectorsFile,
                                           {.host_name = host(options_.people),
                                            .product_version = std::string(detect::kEngineVersion)},
                                           clock_));
  std::vector<std::string> connector_ids;
  for (connect::ConfiguredConnector& one : configured) {
    connector_ids.push_back(one.description.id);
    connectors_.push_back(
        {.id = one.description.id, .kind = one.description.kind, .target = one.description.target});
    deliverers_.push_back(
        std::make_unique<connect::Deliverer>(std::move(one.connector), *outbox_, clock_, random_));
  }
  ingest_.emplace(IngestParts{.store = *store_,
                              .clock = clock_,
                              .random = random_,
                              .content = content_,
                              .policies = policies_,
                              .channels = {},
                              .connectors = std::move(connector_ids),
                              .waiters = waiters_,
                              .metrics = metrics_});
  deps_.emplace(Deps{.store = *store_,
                     .clock = clock_,
                     .random = random_,
                     .accounts = *accounts_,
                     .authority = *authority_,
                     .content = content_,
                     .policies = policies_,
                     .ingest = *ingest_,
                     .waiters = waiters_,
                     .metrics = metrics_,
                     .connectors = connectors_,
                     .addresses = {},
                     .later = {},
                     .open_connections = {},
                     .scan_app = [this](auto file, auto installer, auto done) {
                       return app_scans_->submit(std::move(file), std::move(installer),
                                                 std::move(done));
                     }});
  app_scans_.emplace(AppScanParts{.program = options_.worker_program,
                                  .content_path = std::filesystem::absolute(options_.content),
                                  .content = content_,
                                  .clock = clock_});
  access_.emplace(*store_, clock_);
  router_.emplace(*access_, metrics_);
  add_routes(*router_, *deps_);
  console_.emplace(options_.console);
  router_->set_fallback([this](const net::Request& request) { return console_->serve(request); });
  return {};
}

net::ServerTls Program::tls(Listener listener) const {
  return {.certificate_chain_pem = identity_.certificate_chain_pem,
          .private_key_pem = identity_.private_key_pem,
          .client_ca_pem = listener == Listener::kDevices ? authority_->certificate_pem() : ""};
}

Result<std::unique_ptr<net::Server>> Program::open(const Endpoint& endpoint, Listener listener) {
  net::ServerOptions options{.address = endpoint.address, .port = endpoint.port};
  if (listener != Listener::kPeople || !options_.plain_people) options.tls = tls(listener);
  if (listener == Listener::kDevices) options.limits.max_body_bytes = kMaxDeviceBody;
  if (listener == Listener::kPeople) {
    options.uploads =
        net::Uploads{.folder = folder_.path(),
                     .wanted =
                         [](const net::Request& head) {
                           return head.method == "POST" && (head.target == "/v1/apps" ||
                                                            head.target.starts_with("/v1/apps?"));
                         },
                     .refuse = [this](const net::Request& head) -> std::optional<net::Response> {
                       if (!ready_)
                         return problem({ErrorCode::kUnavailable, "The server is starting."});
                       return router_->refusal(Listener::kPeople, head);
                     }};
  }
  auto opened = net::Server::start(
      std::move(options), [this, listener](const net::Request& request, net::Responder respond) {
        // The listeners open one after the other; the addresses of all are known at the end.
        if (!ready_) return respond(problem({ErrorCode::kUnavailable, "The server is starting."}));
        router_->handle(listener, request, std::move(respond));
      });
  if (opened) return opened;
  return opened.error().within(std::string(option_of(listener)) +
                               (endpoint.derived ? " (the port is derived from --listen)" : ""));
}

// The enrolment listener first: its workers carry the delayed tasks of the others.
Status Program::listen() {
  deps_->open_connections = [] { return std::size_t{0}; };
  BARTIZAN_ASSIGN(enrolment_listener_, open(options_.enrolment, Listener::kEnrolment));
  deps_->addresses.enrol_url = url_of(true, host(options_.enrolment), enrolment_listener_->port());
  deps_->later = [this](std::chrono::milliseconds delay, std::function<void()> task) {
    enrolment_listener_->after(delay, std::move(task));
  };
  BARTIZAN_ASSIGN(device_listener_, open(options_.devices, Listener::kDevices));
  deps_->addresses.devices_url = url_of(true, host(options_.devices), device_listener_->port());
  deps_->open_connections = [this] {
    return enrolment_listener_->open_connections() + device_listener_->open_connections() +
           (people_listener_ ? people_listener_->open_connections() : 0);
  };
  BARTIZAN_ASSIGN(people_listener_, open(options_.people, Listener::kPeople));
  // For `bartizan admin enrolment-token`, which runs beside the server.
  return store_->write([&](store::Transaction& transaction) {
    return transaction.tenant(kDefaultTenant).put_setting("enrol_url", deps_->addresses.enrol_url);
  });
}

void Program::renew_certificate() {
  const Timestamp now = clock_.now();
  if (identity_.not_after - kRenewServerBefore > now) return;
  auto renewed =
      authority_->server_identity(folder_.path(), certificate_names(options_), now, random_);
  if (!renewed) return log::error("certificate not renewed", {{"why", renewed.error().message}});
  identity_ = std::move(*renewed);
  const auto renew = [&](net::Server& server, Listener listener) {
    const Status done = server.renew_tls(tls(listener));
    if (!done.ok()) log::error("certificate not renewed", {{"why", done.error().message}});
  };
  renew(*enrolment_listener_, Listener::kEnrolment);
  renew(*device_listener_, Listener::kDevices);
  if (!options_.plain_people) renew(*people_listener_, Listener::kPeople);
  log::info("server certificate renewed", {{"until", to_rfc3339(identity_.not_after)}});
}

void Program::keep_house_until_stopped() {
  std::unique_lock lock(mutex_);
  while (!stopping_changed_.wait_for(lock, kHousekeepingEvery, [this] { return stopping_; })) {
    lock.unlock();
    keep_house(*deps_);
    renew_certificate();
    lock.lock();
  }
}

void Program::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stopping_changed_.notify_all();
  if (housekeeper_.joinable()) housekeeper_.join();
  for (const auto& deliverer : deliverers_) deliverer->stop();
  waiters_.close();
  if (ingest_) ingest_->stop();
  app_scans_.reset();
  people_listener_.reset();
  device_listener_.reset();
  enrolment_listener_.reset();
}

}  // namespace

Result<Endpoint> parse_endpoint(std::string_view text) {
  const Error wrong{ErrorCode::kInvalid, "'" + std::string(text.substr(0, 80)) +
                                             "' is not ADDRESS:PORT, e.g. 127.0.0.1:8443"};
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return wrong;
  Endpoint out{.address = std::string(text.substr(0, colon))};
  if (out.address.starts_with('[')) {
    if (!out.address.ends_with(']')) return wrong;
    out.address = out.address.substr(1, out.address.size() - 2);
  }
  const std::string_view port = text.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), out.port);
  if (error != std::errc() || end != port.data() + port.size() || port.empty()) return wrong;
  return out;
}

Result<std::unique_ptr<RunningServer>> RunningServer::start(const ServeOptions& options) {
  BARTIZAN_ASSIGN(DataFolder folder, DataFolder::open(options.data));
  auto program = std::make_unique<Program>(std::move(folder), options);
  BARTIZAN_TRY(program->start());
  return std::unique_ptr<RunningServer>(std::move(program));
}

}  // namespace bartizan::server
