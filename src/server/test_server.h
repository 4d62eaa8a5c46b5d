// A whole server without sockets, for tests: requests go into the router as the listeners would
// hand them over. The clock is the test's.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/id.h"
#include "net/http.h"
#include "server/access.h"
#include "server/routes.h"
#include "store/sqlite/sqlite_store.h"
#include "store/store.h"

namespace bartizan::server {

struct TestPhone {
  std::string id;
  net::PeerCertificate certificate;
  std::int64_t sequence = 0;
};

struct TestAnswer {
  int status = 0;
  json::object body;
  std::vector<net::Header> headers;
  std::string code() const { return std::string(get_string(body, "code").value_or("")); }
  std::string header(std::string_view name) const;
};

class TestServer {
 public:
  TestServer();
  ~TestServer();

  // Waits for the answer, however late it comes.
  TestAnswer call(Listener listener, const std::string& method, const std::string& target,
                  const std::string& body = "", const std::vector<net::Header>& headers = {},
                  std::optional<net::PeerCertificate> peer = std::nullopt);
  // The same without waiting; `answered` runs on whatever thread answers.
  void begin(Listener listener, const std::string& method, const std::string& target,
             std::optional<net::PeerCertificate> peer,
             std::function<void(const TestAnswer&)> answered);

  // Headers of a signed-in administrator of this role, made when needed.
  std::vector<net::Header> as(Role role);
  TestAnswer get(const std::string& target) {
    return call(Listener::kPeople, "GET", target, "", as(Role::kAdmin));
  }
  TestAnswer send(const std::string& method, const std::string& target, const json::value& body,
                  std::vector<net::Header> more = {});

  TestAnswer ask_to_enrol(const std::string& token, const std::string& csr);
  std::string new_enrolment_secret(const std::string& extra = "");
  TestPhone enrol(const std::string& extra = "");
  // An observation object of the phone's next number.
  json::object observe(TestPhone& phone, const std::string& kind, json::object body);
  TestAnswer report(const TestPhone& phone, json::array observations);
  TestAnswer as_phone(const TestPhone& phone, const std::string& method, const std::string& target,
                      const std::string& body = "");
  // What was put off by Deps::later, now.
  void run_delayed();

  ManualClock clock;
  SystemRandom random;
  std::filesystem::path folder;
  std::unique_ptr<store::Store> store;
  PasswordHasher hasher;
  std::unique_ptr<Accounts> accounts;
  std::unique_ptr<CertificateAuthority> authority;
  Metrics metrics;
  ActionWaiters waiters;
  PolicySet policies;
  std::unique_ptr<IngestQueue> ingest;
  std::unique_ptr<Deps> deps;
  std::unique_ptr<AccessControl> access;
  std::unique_ptr<Router> router;

 private:
  std::mutex mutex_;
  std::vector<std::function<void()>> delayed_;
};

inline std::string TestAnswer::header(std::string_view name) const {
  for (const net::Header& one : headers) {
    if (net::equal_ignoring_case(one.name, name)) return one.value;
  }
  return "";
}

inline std::shared_ptr<const intel::Content> test_content() {
  // Loaded once: it is large and immutable.
  static const auto content = intel::Content::load("content").value();
  return content;
}

inline TestServer::TestServer()
    : clock(parse_rfc3339("2026-03-01T09:00:00Z").value()), hasher(HashCost::kTestOnly) {
  std::string pattern =
      (std::filesystem::temp_directory_path() / "bartizan-server-XXXXXX").string();
  folder = mkdtemp(pattern.data());
  store = store::open_sqlite({.path = folder / "bartizan.db"}).value();
  accounts = std::make_unique<Accounts>(*store, clock, random, hasher);
  authority = CertificateAuthority::open(folder, clock.now(), random).value();
  EXPECT_TRUE(add_default_policies(*store, kDefaultTenant, "content/policies", clock.now()).ok());
  EXPECT_TRUE(policies.load(*store, kDefaultTenant).ok());
  ingest = std::make_unique<IngestQueue>(IngestParts{.store = *store,
                                                     .clock = clock,
                                                     .random = random,
                                                     .content = test_content(),
                                                     .policies = policies,
                                                     .channels = {},
                                                     .connectors = {"siem"},
                                                     .waiters = waiters,
                                                     .metrics = metrics});
  deps = std::make_unique<Deps>(Deps{
      .store = *store,
      .clock = clock,
      .random = random,
      .accounts = *accounts,
      .authority = *authority,
      .content = test_content(),
      .policies = policies,
      .ingest = *ingest,
      .waiters = waiters,
      .metrics = metrics,
      .connectors = {{.id = "siem", .kind = "syslog_tls", .target = "siem.example:6514"}},
      .addresses = {.devices_url = "https://mtd.example:8444",
                    .enrol_url = "https://mtd.example:8445"},
      .later =
          [this](std::chrono::milliseconds delay, std::function<void()> task) {
            if (delay.count() == 0) return task();
            const std::lock_guard lock(mutex_);
            delayed_.push_back(std::move(task));
          },
      .open_connections = [] { return std::size_t{0}; },
      // A worker that knows every file.
      .scan_app = [](const auto&, const auto& installer, const AppScans::Done& done) -> Status {
        done(json::object{{"sha256", std::string(64, 'a')},
                          {"package", installer.value_or("org.example.app")},
                          {"size", 3},
                          {"verdict", "clean"}});
        return {};
      }});
  access = std::make_unique<AccessControl>(*store, clock);
  router = std::make_unique<Router>(*access, metrics);
  add_routes(*router, *deps);
}

inline TestServer::~TestServer() {
  waiters.close();
  ingest->stop();
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
}

inline TestAnswer answer_of(net::Response response) {
  TestAnswer out{.status = response.status, .body = {}, .headers = std::move(response.headers)};
  if (auto parsed = parse_json_object(response.body)) out.body = std::move(*parsed);
  return out;
}

inline TestAnswer TestServer::call(Listener listener, const std::string& method,
                                   const std::string& target, const std::string& body,
                                   const std::vector<net::Header>& headers,
                                   std::optional<net::PeerCertificate> peer) {
  net::Request request{.method = method, .target = target};
  EXPECT_TRUE(net::parse_target(target, request).ok());
  request.headers = headers;
  if (!body.empty()) request.headers.push_back({"Content-Type", "application/json"});
  request.body = body;
  request.peer = std::move(peer);
  auto promise = std::make_shared<std::promise<TestAnswer>>();
  auto future = promise->get_future();
  router->handle(listener, request, net::Responder([promise](net::Response response) {
                   promise->set_value(answer_of(std::move(response)));
                 }));
  if (future.wait_for(std::chrono::seconds(20)) != std::future_status::ready) {
    ADD_FAILURE() << method << " " << target << " was not answered";
    return {};
  }
  return future.get();
}

inline void TestServer::begin(Listener listener, const std::string& method,
                              const std::string& target, std::optional<net::PeerCertificate> peer,
                              std::function<void(const TestAnswer&)> answered) {
  net::Request request{.method = method, .target = target};
  EXPECT_TRUE(net::parse_target(target, request).ok());
  request.peer = std::move(peer);
  router->handle(listener, request, net::Responder([answered](net::Response response) {
                   answered(answer_of(std::move(response)));
                 }));
}

inline std::vector<net::Header> TestServer::as(Role role) {
  const std::string name(to_string(role));
  const std::string password = "a password for " + name;
  std::optional<Administrator> known;
  EXPECT_TRUE(store
                  ->read([&](store::Transaction& transaction) -> Status {
                    BARTIZAN_ASSIGN(known,
                                    transaction.tenant(kDefaultTenant).administrator_by_name(name));
                    return {};
                  })
                  .ok());
  if (!known) {
    const auto added = accounts->add(kDefaultTenant, name, role, "test");
    EXPECT_TRUE(added.ok());
    EXPECT_TRUE(accounts->set_password(kDefaultTenant, added->administrator.id, password).ok());
  }
  const auto in = accounts->sign_in(kDefaultTenant, name, {.password = password, .totp = ""});
  EXPECT_TRUE(in.ok() && in->signed_in);
  return {{"Cookie", std::string(kSessionCookie) + "=" + in->signed_in->cookie},
          {"X-CSRF-Token", in->signed_in->session.csrf_token}};
}

inline TestAnswer TestServer::send(const std::string& method, const std::string& target,
                                   const json::value& body, std::vector<net::Header> more) {
  std::vector<net::Header> headers = as(Role::kAdmin);
  headers.insert(headers.end(), more.begin(), more.end());
  return call(Listener::kPeople, method, target, json::serialize(body), headers);
}

inline std::string TestServer::new_enrolment_secret(const std::string& extra) {
  const std::string body = "{\"device_name\": \"Ada's Pixel\"" + extra + "}";
  const TestAnswer made =
      call(Listener::kPeople, "POST", "/v1/enrolment-tokens", body, as(Role::kAdmin));
  EXPECT_EQ(made.status, 201);
  const std::string url(get_string(made.body, "url").value_or(""));
  const std::size_t start = url.find("#token=") + 7;
  return url.substr(start, url.find('&') - start);
}

inline TestAnswer TestServer::ask_to_enrol(const std::string& token, const std::string& csr) {
  return call(Listener::kEnrolment, "POST", "/v1/enrol",
              json::serialize(json::object{{"token", token},
                                           {"csr_pem", csr},
                                           {"platform", "android"},
                                           {"model", "Pixel 8"},
                                           {"a_newer_agents_member", 1}}));
}

inline TestPhone TestServer::enrol(const std::string& extra) {
  const auto keys = make_key_and_request().value();
  const TestAnswer enrolled = ask_to_enrol(new_enrolment_secret(extra), keys.csr_pem);
  EXPECT_EQ(enrolled.status, 201);
  TestPhone phone{.id = std::string(get_string(enrolled.body, "device_id").value_or("")),
                  .certificate = {},
                  .sequence = 0};
  std::vector<DeviceCertificate> certificates;
  EXPECT_TRUE(store
                  ->read([&](store::Transaction& transaction) -> Status {
                    BARTIZAN_ASSIGN(certificates,
                                    transaction.tenant(kDefaultTenant).certificates(phone.id));
                    return {};
                  })
                  .ok());
  EXPECT_EQ(certificates.size(), 1u);
  phone.certificate = {.serial = certificates.at(0).serial,
                       .common_name = phone.id,
                       .organization = std::string(kDefaultTenant),
                       .der = ""};
  return phone;
}

inline json::object TestServer::observe(TestPhone& phone, const std::string& kind,
                                        json::object body) {
  return {{"id", new_uuid(clock.now(), random)},
          {"sequence", ++phone.sequence},
          {"kind", kind},
          {"schema", "1.0"},
          {"observed_at", to_rfc3339(clock.now())},
          {"body", std::move(body)}};
}

inline TestAnswer TestServer::report(const TestPhone& phone, json::array observations) {
  return call(Listener::kDevices, "POST", "/v1/device/observations",
              json::serialize(json::object{{"observations", std::move(observations)}}), {},
              phone.certificate);
}

inline TestAnswer TestServer::as_phone(const TestPhone& phone, const std::string& method,
                                       const std::string& target, const std::string& body) {
  return call(Listener::kDevices, method, target, body, {}, phone.certificate);
}

inline void TestServer::run_delayed() {
  std::vector<std::function<void()>> tasks;
  {
    const std::lock_guard lock(mutex_);
    tasks.swap(delayed_);
  }
  for (const auto& task : tasks) task();
}

}  // namespace bartizan::server
