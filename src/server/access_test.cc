// Who may do what: one matrix over the table, not one test an operation.
#include <gtest/gtest.h>

#include "server/test_server.h"

namespace bartizan::server {
namespace {

// An address of the operation with something in place of its parameters.
std::string address(const Operation& operation) {
  std::string out;
  bool inside = false;
  for (const char c : operation.path) {
    if (c == '{') out += "00000000-0000-7000-8000-000000000000";
    if (c == '{' || c == '}') {
      inside = c == '{';
      continue;
    }
    if (!inside) out += c;
  }
  return out;
}

TestAnswer try_operation(TestServer& server, const Operation& operation,
                         const std::vector<net::Header>& headers) {
  const std::string body = operation.method == "GET" ? "" : "{\"nothing_of_the_kind\":1}";
  return server.call(operation.listener, std::string(operation.method), address(operation), body,
                     headers);
}

bool suffices(Role role, Access access) {
  const int have = static_cast<int>(role);  // viewer, analyst, admin ascend
  const int need = access == Access::kAdmin ? 2 : access == Access::kAnalyst ? 1 : 0;
  return have >= need;
}

TEST(Access, WithoutAnythingEverythingButThePublicIsRefused) {
  TestServer server;
  for (const Operation& operation : operations()) {
    const TestAnswer answer = try_operation(server, operation, {});
    if (operation.access == Access::kPublic) {
      EXPECT_NE(answer.code(), "not_signed_in") << operation.id;
    } else {
      EXPECT_EQ(answer.status, operation.access == Access::kDevice ? 403 : 401) << operation.id;
    }
  }
}

TEST(Access, ARoleMayDoWhatTheTableSaysAndNoMore) {
  for (const Role role : {Role::kViewer, Role::kAnalyst, Role::kAdmin}) {
    TestServer server;
    for (const Operation& operation : operations()) {
      if (operation.listener != Listener::kPeople || operation.access == Access::kPublic) continue;
      const TestAnswer answer = try_operation(server, operation, server.as(role));
      EXPECT_NE(answer.status, 401) << operation.id;
      EXPECT_EQ(answer.code() == "role", !suffices(role, operation.access))
          << operation.id << " as " << to_string(role) << ": " << answer.status;
    }
  }
}

TEST(Access, EveryChangeNeedsTheCsrfToken) {
  TestServer server;
  for (const Operation& operation : operations()) {
    if (operation.listener != Listener::kPeople || operation.access == Access::kPublic) continue;
    const std::vector<net::Header> cookie_only{server.as(Role::kAdmin).front()};
    const bool refused = try_operation(server, operation, cookie_only).code() == "csrf";
    EXPECT_EQ(refused, operation.method != "GET") << operation.id;
  }
}

TEST(Access, TheCsrfTokenOfAnotherSessionIsNone) {
  TestServer server;
  std::vector<net::Header> mixed = server.as(Role::kAdmin);
  mixed[1] = server.as(Role::kAdmin)[1];
  const TestAnswer answer = server.call(Listener::kPeople, "POST", "/v1/logout", "", mixed);
  EXPECT_EQ(answer.code(), "csrf");
}

TEST(Access, AnApiTokenMayDoWhatItsScopesSay) {
  TestServer server;
  const TestAnswer made = server.send(
      "POST", "/v1/api-tokens", json::object{{"name", "script"}, {"scopes", {"devices:read"}}});
  ASSERT_EQ(made.status, 201);
  const std::vector<net::Header> bearer{
      {"Authorization", "Bearer " + std::string(get_string(made.body, "token").value_or(""))}};
  for (const Operation& operation : operations()) {
    if (operation.listener != Listener::kPeople || operation.access == Access::kPublic) continue;
    const TestAnswer answer = try_operation(server, operation, bearer);
    EXPECT_EQ(answer.code() == "scope", operation.scope != "devices:read") << operation.id;
  }
  const std::string id(get_string(made.body, "id").value_or(""));
  EXPECT_EQ(
      server.call(Listener::kPeople, "DELETE", "/v1/api-tokens/" + id, "", server.as(Role::kAdmin))
          .status,
      204);
  EXPECT_EQ(server.call(Listener::kPeople, "GET", "/v1/devices", "", bearer).status, 401);
}

TEST(Access, AnApiTokenEnds) {
  TestServer server;
  const TestAnswer made = server.send(
      "POST", "/v1/api-tokens",
      json::object{{"name", "script"}, {"scopes", {"devices:read"}}, {"expires_in_days", 1}});
  const std::vector<net::Header> bearer{
      {"Authorization", "Bearer " + std::string(get_string(made.body, "token").value_or(""))}};
  EXPECT_EQ(server.call(Listener::kPeople, "GET", "/v1/devices", "", bearer).status, 200);
  server.clock.advance(std::chrono::hours(25));
  EXPECT_EQ(server.call(Listener::kPeople, "GET", "/v1/devices", "", bearer).status, 401);
}

TEST(Access, AnUnknownScopeCannotBeGiven) {
  TestServer server;
  const TestAnswer made = server.send("POST", "/v1/api-tokens",
                                      json::object{{"name", "script"}, {"scopes", {"everything"}}});
  EXPECT_EQ(made.status, 400);
  EXPECT_EQ(get_string(made.body, "place"), "scopes");
}

TEST(Access, ASessionEndsWhenUnusedAndInAnyCase) {
  TestServer server;
  const auto headers = server.as(Role::kViewer);
  const auto status = [&] {
    return server.call(Listener::kPeople, "GET", "/v1/session", "", headers).status;
  };
  server.clock.advance(std::chrono::minutes(29));
  EXPECT_EQ(status(), 200);
  server.clock.advance(std::chrono::minutes(29));
  EXPECT_EQ(status(), 200) << "use prolongs it";
  server.clock.advance(std::chrono::minutes(31));
  EXPECT_EQ(status(), 401);
  const auto others = server.as(Role::kViewer);
  for (int i = 0; i < 36; ++i) {
    server.clock.advance(std::chrono::minutes(20));
    server.call(Listener::kPeople, "GET", "/v1/session", "", others);
  }
  EXPECT_EQ(server.call(Listener::kPeople, "GET", "/v1/session", "", others).status, 401);
}

TEST(Access, AFirstPasswordMustBeChangedBeforeAnything) {
  TestServer server;
  const auto first = server.accounts->add_first(kDefaultTenant);
  ASSERT_TRUE(first.ok() && *first);
  const TestAnswer in = server.call(
      Listener::kPeople, "POST", "/v1/login",
      json::serialize(json::object{{"name", "admin"}, {"password", (*first)->password}}));
  ASSERT_EQ(in.status, 200);
  const std::string cookie = in.header("Set-Cookie");
  for (const char* part : {"HttpOnly", "Secure", "SameSite=Strict", "Path=/"})
    EXPECT_NE(cookie.find(part), std::string::npos) << part;
  const std::vector<net::Header> headers{
      {"Cookie", cookie.substr(0, cookie.find(';'))},
      {"X-CSRF-Token", std::string(get_string(in.body, "csrf_token").value_or(""))}};
  EXPECT_EQ(server.call(Listener::kPeople, "GET", "/v1/devices", "", headers).code(),
            "password_change_required");
  const auto change = [&](const std::string& next) {
    return server.call(
        Listener::kPeople, "POST", "/v1/session/password",
        json::serialize(json::object{{"current", (*first)->password}, {"next", next}}), headers);
  };
  EXPECT_EQ(change("short").status, 400);
  EXPECT_EQ(change((*first)->password).status, 400);
  EXPECT_EQ(change("a longer one of my own").status, 200);
  EXPECT_EQ(server.call(Listener::kPeople, "GET", "/v1/session", "", headers).status, 401)
      << "the change ends other sessions";
}

TEST(Access, TheAnswersOfPeoplesListenerAreHardened) {
  TestServer server;
  const TestAnswer answer = server.call(Listener::kPeople, "GET", "/healthz");
  EXPECT_NE(answer.header("Content-Security-Policy").find("script-src 'self';"), std::string::npos);
  EXPECT_NE(answer.header("Content-Security-Policy").find("style-src 'self';"), std::string::npos);
  EXPECT_NE(answer.header("Content-Security-Policy").find("frame-ancestors 'none'"),
            std::string::npos);
  EXPECT_EQ(answer.header("X-Content-Type-Options"), "nosniff");
}

TEST(Access, ABodyThatIsNoJsonTypeIsRefused) {
  TestServer server;
  net::Request request{.method = "POST", .target = "/v1/login", .path = "/v1/login"};
  request.headers = {{"Content-Type", "text/plain"}};
  request.body = R"({"name":"admin","password":"x"})";
  int status = 0;
  server.router->handle(Listener::kPeople, request,
                        net::Responder([&](net::Response response) { status = response.status; }));
  EXPECT_EQ(status, 400) << "another site's form must not sign anybody in";
}

TEST(Input, AnUnknownMemberIs400WithItsName) {
  TestServer server;
  for (const auto& [method, target] :
       std::vector<std::pair<std::string, std::string>>{{"POST", "/v1/enrolment-tokens"},
                                                        {"POST", "/v1/api-tokens"},
                                                        {"POST", "/v1/administrators"},
                                                        {"POST", "/v1/check/links"},
                                                        {"POST", "/v1/check/messages"},
                                                        {"PUT", "/v1/policies/corporate"}}) {
    const TestAnswer answer = server.send(method, target, json::object{{"surprise", 1}});
    EXPECT_EQ(answer.status, 400) << target;
    EXPECT_EQ(answer.code(), "unknown_field") << target;
    EXPECT_EQ(get_string(answer.body, "place"), "surprise") << target;
  }
}

TEST(Input, MalformedJsonIs400) {
  TestServer server;
  for (const char* body : {"{", "nul", "[1,2", "{\"device_name\": \"\xff\"}", "[]"}) {
    EXPECT_EQ(
        server
            .call(Listener::kPeople, "POST", "/v1/enrolment-tokens", body, server.as(Role::kAdmin))
            .status,
        400)
        << body;
  }
}

TEST(Input, AnUnknownParameterOrLimitIs400) {
  TestServer server;
  for (const char* query : {"limit=0", "limit=201", "limit=ten", "risk=purple", "colour=red"})
    EXPECT_EQ(server.get(std::string("/v1/devices?") + query).status, 400) << query;
  for (const Operation& operation : operations()) {
    if (operation.listener != Listener::kPeople || operation.method != "GET" ||
        !operation.path.starts_with("/v1") || operation.path.find('{') != std::string_view::npos)
      continue;
    const TestAnswer answer = server.get(std::string(operation.path) + "?colour=red");
    EXPECT_EQ(answer.status, 400) << operation.path;
    EXPECT_EQ(get_string(answer.body, "place"), "colour") << operation.path;
  }
}

TEST(Input, AParameterIsGivenOnceAndIsText) {
  TestServer server;
  const TestAnswer twice = server.get("/v1/devices?risk=high&risk=low");
  EXPECT_EQ(twice.status, 400);
  EXPECT_EQ(get_string(twice.body, "place"), "risk");
  const TestAnswer bytes = server.get("/v1/devices?q=%ff%fe");
  EXPECT_EQ(bytes.status, 400);
  EXPECT_EQ(get_string(bytes.body, "place"), "q");
  EXPECT_EQ(server.get("/v1/devices?q=%C3%A9").status, 200);
}

}  // namespace
}  // namespace bartizan::server
