// Who administers: added, given another role, removed.
#include <gtest/gtest.h>

#include "server/test_server.h"

namespace bartizan::server {
namespace {

std::string text(const json::object& object, std::string_view name) {
  return std::string(get_string(object, name).value_or(""));
}

class AdministratorsTest : public ::testing::Test {
 protected:
  AdministratorsTest() : eves(server.as(Role::kAdmin)) {
    eve = id_of("admin");
    const auto added = server.accounts->add(kDefaultTenant, "ada", Role::kAdmin, "test");
    EXPECT_TRUE(
        server.accounts->set_password(kDefaultTenant, added->administrator.id, kPassword).ok());
    ada = added->administrator.id;
    adas = headers_of("ada");
  }
  std::vector<net::Header> headers_of(const std::string& name) {
    const auto in =
        server.accounts->sign_in(kDefaultTenant, name, {.password = kPassword, .totp = ""});
    EXPECT_TRUE(in.ok() && in->signed_in);
    return {{"Cookie", std::string(kSessionCookie) + "=" + in->signed_in->cookie},
            {"X-CSRF-Token", in->signed_in->session.csrf_token}};
  }
  std::string id_of(const std::string& name) {
    std::string out;
    EXPECT_TRUE(server.store
                    ->read([&](store::Transaction& transaction) -> Status {
                      BARTIZAN_ASSIGN(
                          const auto found,
                          transaction.tenant(kDefaultTenant).administrator_by_name(name));
                      if (found) out = found->id;
                      return {};
                    })
                    .ok());
    return out;
  }
  TestAnswer role(const std::vector<net::Header>& who, const std::string& id, const char* role) {
    return server.call(Listener::kPeople, "PATCH", "/v1/administrators/" + id,
                       json::serialize(json::object{{"role", role}}), who);
  }
  TestAnswer remove(const std::vector<net::Header>& who, const std::string& id) {
    return server.call(Listener::kPeople, "DELETE", "/v1/administrators/" + id, "", who);
  }
  std::vector<net::Header> new_token(const std::vector<net::Header>& who) {
    const TestAnswer made = server.call(
        Listener::kPeople, "POST", "/v1/api-tokens",
        json::serialize(json::object{{"name", "script"}, {"scopes", {"devices:read"}}}), who);
    EXPECT_EQ(made.status, 201);
    return {{"Authorization", "Bearer " + text(made.body, "token")}};
  }
  int status(const std::vector<net::Header>& who, const std::string& target) {
    return server.call(Listener::kPeople, "GET", target, "", who).status;
  }
  bool audited(std::string_view action, std::string_view actor, std::string_view object) {
    const TestAnswer log = server.get("/v1/audit?limit=200");
    for (const json::value& entry : log.body.at("items").as_array()) {
      const json::object& one = entry.as_object();
      if (text(one, "action") == action && text(one, "actor") == actor &&
          text(one, "object") == object)
        return true;
    }
    return false;
  }

  static constexpr const char* kPassword = "a long enough password";
  TestServer server;
  std::vector<net::Header> eves;  // of the account "admin"
  std::vector<net::Header> adas;
  std::string eve;
  std::string ada;
};

TEST_F(AdministratorsTest, ARoleIsInForceWithTheNextRequest) {
  ASSERT_EQ(status(adas, "/v1/administrators"), 200);
  const auto token = new_token(adas);
  const TestAnswer changed = role(eves, ada, "viewer");
  ASSERT_EQ(changed.status, 200);
  EXPECT_EQ(text(changed.body, "role"), "viewer");
  EXPECT_EQ(status(adas, "/v1/administrators"), 403);
  EXPECT_EQ(status(adas, "/v1/devices"), 200) << "the session goes on, with less";
  EXPECT_EQ(status(token, "/v1/devices"), 401) << "only an admin may have made it";
  EXPECT_TRUE(audited("administrator.role_changed", "admin:admin", "ada"));
}

TEST_F(AdministratorsTest, WhoIsRemovedIsOutAtOnce) {
  const auto token = new_token(adas);
  const auto others = new_token(eves);
  ASSERT_EQ(remove(eves, ada).status, 204);
  EXPECT_EQ(status(adas, "/v1/session"), 401);
  EXPECT_EQ(status(token, "/v1/devices"), 401);
  EXPECT_EQ(status(others, "/v1/devices"), 200);
  EXPECT_EQ(
      server.accounts->sign_in(kDefaultTenant, "ada", {.password = kPassword, .totp = ""})->refusal,
      Refusal::kBadCredentials);
  EXPECT_EQ(remove(eves, ada).status, 404);
  EXPECT_EQ(role(eves, ada, "viewer").status, 404);
  EXPECT_TRUE(audited("administrator.removed", "admin:admin", "ada"));
}

TEST_F(AdministratorsTest, ANameGivenAgainBringsNothingBack) {
  const auto token = new_token(adas);
  ASSERT_EQ(remove(eves, ada).status, 204);
  ASSERT_TRUE(server.accounts->add(kDefaultTenant, "ada", Role::kViewer, "test").ok());
  EXPECT_EQ(status(adas, "/v1/session"), 401);
  EXPECT_EQ(status(token, "/v1/devices"), 401);
}

TEST_F(AdministratorsTest, NobodyDoesItToThemselves) {
  EXPECT_EQ(remove(eves, eve).code(), "own_account");
  EXPECT_EQ(role(eves, eve, "viewer").code(), "own_account");
  EXPECT_EQ(status(eves, "/v1/administrators"), 200);
}

TEST_F(AdministratorsTest, TheLastAdminStays) {
  ASSERT_EQ(role(eves, ada, "analyst").status, 200);
  for (const Status& done :
       {server.accounts->remove(kDefaultTenant, eve, "cli"),
        Status(server.accounts->change_role(kDefaultTenant, eve, Role::kViewer, "cli").error())}) {
    ASSERT_FALSE(done.ok());
    EXPECT_EQ(done.error().code, ErrorCode::kConflict);
  }
  EXPECT_TRUE(server.accounts->change_role(kDefaultTenant, eve, Role::kAdmin, "cli").ok())
      << "what changes nothing is no conflict";
  EXPECT_EQ(status(eves, "/v1/administrators"), 200);
}

TEST_F(AdministratorsTest, WhatIsNoRoleIs400WithItsPlace) {
  for (const char* body : {R"({"role":"king"})", R"({})", R"({"role":"viewer","name":"x"})"}) {
    const TestAnswer answer =
        server.call(Listener::kPeople, "PATCH", "/v1/administrators/" + ada, body, eves);
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_FALSE(text(answer.body, "place").empty()) << body;
  }
}

}  // namespace
}  // namespace bartizan::server
