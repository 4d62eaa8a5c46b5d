// What the log says, and what it must never say.
#include <gtest/gtest.h>

#include <algorithm>

#include "server/test_server.h"

namespace bartizan::server {
namespace {

std::string logged(const std::function<void()>& work) {
  testing::internal::CaptureStderr();
  work();
  return testing::internal::GetCapturedStderr();
}

bool has(const std::string& log, const std::string& part) {
  return log.find(part) != std::string::npos;
}

TestAnswer log_in(TestServer& server, const std::string& name, const std::string& password) {
  return server.call(Listener::kPeople, "POST", "/v1/login",
                     json::serialize(json::object{{"name", name}, {"password", password}}));
}

TEST(LogLines, ARefusedSignInNamesTheAccountByItsIdAlone) {
  TestServer server;
  const auto ada = server.accounts->add(kDefaultTenant, "ada", Role::kViewer, "test");
  const std::string log = logged([&] {
    log_in(server, "ada", "a wrong secret");
    log_in(server, "a secret typed into the wrong field", "x");
  });
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 2) << log;
  EXPECT_TRUE(has(log, "sign-in refused account=" + ada->administrator.id + " reason=credentials"))
      << log;
  EXPECT_TRUE(has(log, "sign-in refused account=unknown reason=credentials")) << log;
  EXPECT_FALSE(has(log, "secret")) << log;
  const std::string locked = logged([&] {
    for (int i = 0; i < 10; ++i) log_in(server, "ada", "x");
  });
  EXPECT_TRUE(has(locked, "reason=locked")) << locked;
}

TEST(LogLines, APhoneComesAndGoes) {
  TestServer server;
  TestPhone phone;
  std::string token;
  const std::string enrolled = logged([&] {
    token = server.new_enrolment_secret();
    phone.id = std::string(
        get_string(server.ask_to_enrol(token, make_key_and_request()->csr_pem).body, "device_id")
            .value_or(""));
  });
  EXPECT_TRUE(has(enrolled, "phone enrolled device=" + phone.id)) << enrolled;
  EXPECT_FALSE(has(enrolled, token));
  const std::string refused =
      logged([&] { server.ask_to_enrol(token, make_key_and_request()->csr_pem); });
  EXPECT_TRUE(has(refused, "enrolment refused")) << refused;
  EXPECT_FALSE(has(refused, token));
  const std::string lost =
      logged([&] { server.send("POST", "/v1/devices/" + phone.id + "/lost", json::object{}); });
  EXPECT_TRUE(has(lost, "phone revoked device=" + phone.id + " state=lost")) << lost;
}

}  // namespace
}  // namespace bartizan::server
