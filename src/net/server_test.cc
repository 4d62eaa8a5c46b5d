// The server and the client over real loopback sockets.
#include "net/server.h"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <atomic>
#include <mutex>
#include <thread>

#include "base/json.h"
#include "net/client.h"
#include "net/test_certificates.h"

namespace bartizan::net {
namespace {

using namespace std::chrono_literals;

void echo(const Request& request, Responder respond) {
  if (request.path == "/throw") throw std::runtime_error("handler bug");
  if (request.path == "/forget") return;
  if (request.path == "/peer") {
    return respond(json_response(200, request.peer ? request.peer->common_name : "none"));
  }
  if (request.path == "/slow") std::this_thread::sleep_for(400ms);
  respond(json_response(200, request.method + " " + request.path + " " + request.body));
}

std::unique_ptr<Server> serve(ServerOptions options, Handler handler = echo) {
  auto server = Server::start(std::move(options), std::move(handler));
  EXPECT_TRUE(server.ok()) << (server.ok() ? "" : server.error().message);
  return std::move(server).value();
}

ClientOptions to(const Server& server, std::optional<ClientTls> tls = std::nullopt) {
  return {.host = "127.0.0.1", .port = server.port(), .tls = std::move(tls)};
}

// A connection that says exactly what a test wants to say.
class RawConnection {
 public:
  explicit RawConnection(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  ~RawConnection() { ::close(socket_); }
  void send(std::string_view text) { ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL); }
  // Until the peer closes or `enough` has been seen, at most five seconds.
  std::string receive(std::string_view enough = "") {
    std::string out;
    pollfd entry{socket_, POLLIN, 0};
    while (::poll(&entry, 1, 5000) > 0) {
      char buffer[4096];
      const ssize_t received = ::recv(socket_, buffer, sizeof buffer, 0);
      if (received <= 0) break;
      out.append(buffer, static_cast<std::size_t>(received));
      if (!enough.empty() && out.find(enough) != std::string::npos) break;
    }
    return out;
  }

 private:
  int socket_;
};

std::size_t count(std::string_view text, std::string_view what) {
  std::size_t n = 0;
  for (std::size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1))
    ++n;
  return n;
}

TEST(Server, AnswersOverAKeptConnection) {
  const auto server = serve({});
  const auto client = HttpClient::make(to(*server));
  for (int i = 0; i < 3; ++i) {
    const auto response = client->request("POST", "/a%20b", "text");
    ASSERT_TRUE(response.ok()) << response.error().message;
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->body, "POST /a b text");
  }
  EXPECT_EQ(server->open_connections(), 1U);
}

TEST(Server, RefusesPlainHttpOffLoopback) {
  const auto server = Server::start({.address = "0.0.0.0"}, echo);
  ASSERT_FALSE(server.ok());
  EXPECT_EQ(server.error().code, ErrorCode::kDenied);
}

TEST(Server, SaysWhenThePortIsTaken) {
  const auto server = serve({});
  const auto second = Server::start({.port = server->port()}, echo);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, ErrorCode::kUnavailable);
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
  const auto server = serve({});
  RawConnection connection(server->port());
  connection.send(
      "GET /slow HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n"
      "GET /3 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const std::string text = connection.receive();
  EXPECT_EQ(count(text, "HTTP/1.1 200 OK"), 3U);
  EXPECT_LT(text.find("GET /slow"), text.find("GET /2"));
  EXPECT_LT(text.find("GET /2"), text.find("GET /3"));
}

TEST(Server, RefusesMalformedAndOversizedRequests) {
  const auto server = serve({.limits = {.max_header_bytes = 1024, .max_body_bytes = 1024}});
  const auto answer_to = [&](const std::string& text) {
    RawConnection connection(server->port());
    connection.send(text);
    return connection.receive().substr(0, 12);
  };
  EXPECT_EQ(answer_to("not http at all\r\n\r\n"), "HTTP/1.1 400");
  EXPECT_EQ(answer_to("GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n"), "HTTP/1.1 400");
  EXPECT_EQ(answer_to("GET / HTTP/1.1\r\nX: " + std::string(2000, 'x') + "\r\n\r\n"),
            "HTTP/1.1 431");
  const auto code_of = [&](const std::string& text) {
    RawConnection connection(server->port());
    connection.send(text);
    const std::string answer = connection.receive();
    const auto body = parse_json_object(answer.substr(answer.find("\r\n\r\n") + 4));
    return body.ok() ? std::string(get_string(*body, "code").value_or("none")) : answer;
  };
  EXPECT_EQ(code_of("not http at all\r\n\r\n"), "malformed_request");
  EXPECT_EQ(code_of("GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n"), "malformed_request");
  EXPECT_EQ(code_of("GET / HTTP/1.1\r\nX: " + std::string(2000, 'x') + "\r\n\r\n"),
            "header_too_large");
  EXPECT_EQ(code_of("GET / HTTP/1.1\r\nHost: h\r\nExpect: tea\r\n\r\n"), "unknown_expectation");
  EXPECT_EQ(code_of("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5000\r\n\r\n"), "limit");
  // The whole body is sent before the answer is read: it must still arrive.
  const auto client = HttpClient::make(to(*server));
  const auto response = client->request("POST", "/", std::string(3 << 20, 'x'));
  ASSERT_TRUE(response.ok()) << response.error().message;
  EXPECT_EQ(response->status, 413);
  EXPECT_EQ(response->header("content-type"), "application/problem+json");
}

TEST(Server, TakesALargeBodyWithinItsLimit) {
  const auto server = serve({.limits = {.max_body_bytes = 32 << 20}});
  const auto client = HttpClient::make(
      {.host = "127.0.0.1", .port = server->port(), .max_response_bytes = 64 << 20});
  const std::string body(20 << 20, 'b');
  const auto response = client->request("PUT", "/x", body);
  ASSERT_TRUE(response.ok()) << response.error().message;
  EXPECT_EQ(response->body, "PUT /x " + body);
}

TEST(Server, EndsSlowHeadersAndIdleConnections) {
  const auto server =
      serve({.limits = {.header_timeout = 1s, .body_timeout = 1s, .idle_timeout = 1s}});
  RawConnection slow(server->port());
  slow.send("GET / HTTP/1.1\r\nHo");
  EXPECT_EQ(slow.receive().substr(0, 12), "HTTP/1.1 408");
  RawConnection body(server->port());
  body.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_EQ(body.receive().substr(0, 12), "HTTP/1.1 408");
  RawConnection idle(server->port());
  EXPECT_EQ(idle.receive(), "");
  for (int i = 0; i < 100 && server->open_connections() != 0; ++i)
    std::this_thread::sleep_for(20ms);
  EXPECT_EQ(server->open_connections(), 0U);
}

TEST(Server, ClosesWhenAskedTo) {
  const auto server = serve({});
  RawConnection connection(server->port());
  connection.send("GET /x HTTP/1.0\r\n\r\n");
  const std::string text = connection.receive();
  EXPECT_NE(text.find("Connection: close"), std::string::npos);
  EXPECT_NE(text.find("GET /x"), std::string::npos);
}

TEST(Server, TellsAClientThatWaitsToSendItsBody) {
  const auto server = serve({});
  RawConnection connection(server->port());
  connection.send(
      "POST /x HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(connection.receive("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  connection.send("hi");
  EXPECT_NE(connection.receive("POST /x hi").find("HTTP/1.1 200"), std::string::npos);
}

TEST(Server, AnswersHeadWithoutABody) {
  const auto server = serve({});
  const auto client = HttpClient::make(to(*server));
  for (int i = 0; i < 2; ++i) {
    const auto response = client->request("HEAD", "/x");
    ASSERT_TRUE(response.ok()) << response.error().message;
    EXPECT_EQ(response->body, "");
    EXPECT_EQ(response->header("content-length"), "8");
  }
}

TEST(Server, TurnsAnExceptionOrAForgottenAnswerInto500) {
  const auto server = serve({});
  const auto client = HttpClient::make(to(*server));
  for (const char* path : {"/throw", "/forget"}) {
    const auto response = client->request("GET", path);
    ASSERT_TRUE(response.ok()) << response.error().message;
    EXPECT_EQ(response->status, 500) << path;
    EXPECT_EQ(response->body.find("handler bug"), std::string::npos);
  }
}

TEST(Server, LetsALongPollAnswerLater) {
  Server* running = nullptr;
  const auto server = serve({.worker_threads = 1}, [&](const Request& request, Responder respond) {
    if (request.path == "/now") return respond(json_response(200, "now"));
    const auto later = std::make_shared<Responder>(std::move(respond));
    running->after(300ms, [later] { (*later)(json_response(200, "later")); });
  });
  running = server.get();
  std::thread poller([&] {
    const auto response = HttpClient::make(to(*server))->request("GET", "/poll");
    ASSERT_TRUE(response.ok()) << response.error().message;
    EXPECT_EQ(response->body, "later");
  });
  // The one worker is free meanwhile.
  EXPECT_EQ(HttpClient::make(to(*server))->request("GET", "/now").value().body, "now");
  poller.join();
}

TEST(Server, StopsWhileLongPollsWaitAndAResponderOutlivesIt) {
  std::mutex mutex;
  std::vector<Responder> kept;
  auto server = serve({}, [&](const Request&, Responder respond) {
    const std::lock_guard lock(mutex);
    kept.push_back(std::move(respond));
  });
  std::thread poller([options = to(*server)] {
    EXPECT_FALSE(HttpClient::make(options)->request("GET", "/poll").ok());
  });
  for (;;) {
    const std::lock_guard lock(mutex);
    if (!kept.empty()) break;
  }
  server.reset();
  poller.join();
  kept.front()(json_response(200, "too late"));
}

TEST(Server, HoldsItsConnectionLimit) {
  const auto server = serve({.limits = {.max_connections = 2}});
  RawConnection first(server->port());
  RawConnection second(server->port());
  for (int i = 0; i < 100 && server->open_connections() < 2; ++i) std::this_thread::sleep_for(10ms);
  RawConnection third(server->port());
  EXPECT_EQ(third.receive(), "");
  first.send("GET /x HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_NE(first.receive("GET /x").find("200 OK"), std::string::npos);
}

class TlsServer : public testing::Test {
 protected:
  ServerTls server_tls(const std::string& client_ca = "") const {
    const TestIdentity identity = authority_.issue("server", "IP:127.0.0.1");
    return {identity.certificate_pem + authority_.certificate_pem(), identity.private_key_pem,
            client_ca};
  }
  ClientTls trusting() const { return {.ca_pem = authority_.certificate_pem()}; }
  ClientTls with_certificate(const TestAuthority& issuer) const {
    const TestIdentity identity = issuer.issue("phone-1");
    return {.ca_pem = authority_.certificate_pem(),
            .certificate_pem = identity.certificate_pem,
            .private_key_pem = identity.private_key_pem};
  }
  static ErrorCode failure(const ClientOptions& options) {
    const auto response = HttpClient::make(options)->request("GET", "/peer");
    EXPECT_FALSE(response.ok());
    return response.ok() ? ErrorCode::kInvalid : response.error().code;
  }

  TestAuthority authority_;
};

TEST_F(TlsServer, AnswersAClientThatTrustsItsCa) {
  const auto server = serve({.tls = server_tls()});
  const auto client = HttpClient::make(to(*server, trusting()));
  for (int i = 0; i < 2; ++i) {
    const auto response = client->request("POST", "/x", std::string(100'000, 'y'));
    ASSERT_TRUE(response.ok()) << response.error().message;
    EXPECT_EQ(response->body.size(), 100'008U);
  }
}

TEST_F(TlsServer, IsRefusedByAClientOfAnotherCaOrHostOrPin) {
  const auto server = serve({.tls = server_tls()});
  EXPECT_EQ(failure(to(*server, ClientTls{.ca_pem = TestAuthority().certificate_pem()})),
            ErrorCode::kDenied);
  EXPECT_EQ(failure(to(*server, ClientTls{})), ErrorCode::kDenied);  // the system's CAs
  ClientOptions other_name = to(*server, trusting());
  other_name.host = "localhost";
  EXPECT_EQ(failure(other_name), ErrorCode::kDenied);
  EXPECT_EQ(failure(to(*server, ClientTls{.pinned_spki_sha256 = base64(sha256({}))})),
            ErrorCode::kDenied);
  EXPECT_EQ(
      failure(to(*server, ClientTls{.pinned_ca_sha256 = TestAuthority().certificate_sha256()})),
      ErrorCode::kDenied);
}

TEST_F(TlsServer, IsKnownByTheDigestOfItsCaAlone) {
  const auto server = serve({.tls = server_tls()});
  const ClientTls pinned{.pinned_ca_sha256 = authority_.certificate_sha256()};
  const auto response = HttpClient::make(to(*server, pinned))->request("GET", "/x");
  ASSERT_TRUE(response.ok()) << response.error().message;
  ClientOptions other_name = to(*server, pinned);
  other_name.host = "localhost";
  EXPECT_EQ(failure(other_name), ErrorCode::kDenied);
}

TEST_F(TlsServer, NeedsNoProofOnLoopbackWhenTheClientSaysSo) {
  const auto server = serve({.tls = server_tls()});
  const auto response =
      HttpClient::make(to(*server, ClientTls{.any_loopback_server = true}))->request("GET", "/x");
  EXPECT_TRUE(response.ok());
}

TEST_F(TlsServer, AsksForAClientCertificateInTheHandshake) {
  const auto server = serve({.tls = server_tls(authority_.certificate_pem())});
  const auto response =
      HttpClient::make(to(*server, with_certificate(authority_)))->request("GET", "/peer");
  ASSERT_TRUE(response.ok()) << response.error().message;
  EXPECT_EQ(response->body, "phone-1");
  EXPECT_EQ(failure(to(*server, trusting())), ErrorCode::kDenied);
  EXPECT_EQ(failure(to(*server, with_certificate(TestAuthority("Foreign CA")))),
            ErrorCode::kDenied);
  // A CA of the same name and another key does no better.
  EXPECT_EQ(failure(to(*server, with_certificate(TestAuthority()))), ErrorCode::kDenied);
}

TEST_F(TlsServer, RenewsItsCertificateForNewConnections) {
  const auto server = serve({.tls = server_tls()});
  const auto kept = HttpClient::make(to(*server, trusting()));
  ASSERT_TRUE(kept->request("GET", "/x").ok());
  const TestAuthority next;
  const TestIdentity identity = next.issue("server", "IP:127.0.0.1");
  EXPECT_FALSE(server->renew_tls({.certificate_chain_pem = "rubbish"}).ok());
  ASSERT_TRUE(server->renew_tls({identity.certificate_pem, identity.private_key_pem, ""}).ok());
  EXPECT_TRUE(kept->request("GET", "/x").ok());
  EXPECT_EQ(failure(to(*server, trusting())), ErrorCode::kDenied);
  EXPECT_TRUE(HttpClient::make(to(*server, ClientTls{.ca_pem = next.certificate_pem()}))
                  ->request("GET", "/x")
                  .ok());
}

TEST_F(TlsServer, SurvivesAPlainClient) {
  const auto server = serve({.tls = server_tls()});
  RawConnection plain(server->port());
  plain.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(plain.receive().find("HTTP"), std::string::npos);
  EXPECT_TRUE(HttpClient::make(to(*server, trusting()))->request("GET", "/x").ok());
}

TEST_F(TlsServer, CarriesAByteStreamAndTellsWhenItBroke) {
  auto server = serve({.tls = server_tls()});
  auto stream = ByteStream::connect(to(*server, trusting()));
  ASSERT_TRUE(stream.ok()) << stream.error().message;
  EXPECT_FALSE((*stream)->broken());
  EXPECT_TRUE((*stream)->write("GET /x HTTP/1.1\r\n").ok());
  server.reset();
  for (int i = 0; i < 100 && !(*stream)->broken(); ++i) std::this_thread::sleep_for(20ms);
  EXPECT_TRUE((*stream)->broken());
}

TEST(Client, GivesUpInTime) {
  std::mutex mutex;
  std::vector<Responder> kept;  // never answered
  const auto server = serve({}, [&](const Request&, Responder respond) {
    const std::lock_guard lock(mutex);
    kept.push_back(std::move(respond));
  });
  ClientOptions options = to(*server);
  options.request_timeout = 200ms;
  const auto start = std::chrono::steady_clock::now();
  const auto response = HttpClient::make(options)->request("GET", "/");
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().code, ErrorCode::kUnavailable);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 10s);
}

TEST(Client, BoundsTheAnswer) {
  const auto server = serve({}, [](const Request&, Responder respond) {
    respond(json_response(200, std::string(10'000, 'x')));
  });
  ClientOptions options = to(*server);
  options.max_response_bytes = 1000;
  EXPECT_EQ(HttpClient::make(options)->request("GET", "/").error().code, ErrorCode::kLimit);
}

TEST(Client, ConnectsAgainAfterTheServerEndedAnIdleConnection) {
  const auto server = serve({.limits = {.idle_timeout = 1s}});
  const auto client = HttpClient::make(to(*server));
  ASSERT_TRUE(client->request("POST", "/1").ok());
  std::this_thread::sleep_for(1300ms);
  const auto again = client->request("POST", "/2");
  ASSERT_TRUE(again.ok()) << again.error().message;
}

TEST(Client, CanBeCancelledFromAnotherThread) {
  std::mutex mutex;
  std::vector<Responder> kept;
  const auto server = serve({}, [&](const Request&, Responder respond) {
    const std::lock_guard lock(mutex);
    kept.push_back(std::move(respond));
  });
  const auto client = HttpClient::make(to(*server));
  std::thread canceller([&] {
    std::this_thread::sleep_for(200ms);
    client->cancel();
  });
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(client->request("GET", "/poll").error().code, ErrorCode::kUnavailable);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
  canceller.join();
  EXPECT_FALSE(client->request("GET", "/poll").ok());
}

TEST(Client, SaysWhenNobodyListens) {
  std::uint16_t port = 0;
  { port = serve({})->port(); }
  const auto response = HttpClient::make({.host = "127.0.0.1", .port = port})->request("GET", "/");
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().code, ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace bartizan::net
