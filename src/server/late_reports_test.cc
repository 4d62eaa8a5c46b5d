// What arrives after something newer that has ended it already.
#include <gtest/gtest.h>

#include "server/test_server.h"

namespace bartizan::server {
namespace {

class LateReportsTest : public ::testing::Test {
 protected:
  LateReportsTest() : phone(server.enrol()) {
    server.report(phone, {server.observe(phone, "agent.health", {})});
  }
  std::vector<std::string> problems(std::string_view state) {
    std::vector<std::string> out;
    const TestAnswer listing = server.get("/v1/devices/" + phone.id + "/problems");
    for (const json::value& item : listing.body.at("items").as_array()) {
      if (get_string(item.as_object(), "state") == state)
        out.emplace_back(get_string(item.as_object(), "threat").value_or(""));
    }
    return out;
  }
  // An observation and one after it, reported the newer first.
  void overtake(json::object older, json::object newer) {
    server.report(phone, {std::move(newer)});
    server.report(phone, {std::move(older)});
  }
  json::object installed() {
    return server.observe(phone, "app.installed",
                          {{"package", "com.example.torch"}, {"installer", ""}});
  }
  json::object removed(const char* package = "com.example.torch") {
    return server.observe(phone, "app.removed", {{"package", package}});
  }

  TestServer server;
  TestPhone phone;
};

TEST_F(LateReportsTest, InOrderAnInstalledAppIsAProblemUntilItIsRemoved) {
  server.report(phone, {installed()});
  ASSERT_FALSE(problems("open").empty()) << "what the other tests rely on";
  server.report(phone, {removed()});
  EXPECT_TRUE(problems("open").empty());
}

TEST_F(LateReportsTest, AnAppThatWasRemovedMeanwhileOpensNothing) {
  json::object older = installed();
  overtake(std::move(older), removed());
  EXPECT_TRUE(problems("open").empty());
  EXPECT_TRUE(problems("resolved").empty()) << "it never was one";
  const TestAnswer findings = server.get("/v1/devices/" + phone.id + "/findings");
  EXPECT_FALSE(findings.body.at("items").as_array().empty()) << "the history has it all the same";
  server.report(phone, {installed()});
  EXPECT_FALSE(problems("open").empty()) << "installed anew, after the removal";
}

TEST_F(LateReportsTest, AnotherAppsRemovalEndsNothing) {
  json::object older = installed();
  overtake(std::move(older), removed("com.example.other"));
  EXPECT_FALSE(problems("open").empty());
}

TEST_F(LateReportsTest, ANetworkThatWasLeftMeanwhileOpensNothing) {
  json::object older = server.observe(phone, "network.joined",
                                      {{"transport", "wifi"},
                                       {"ssid", "Cafe"},
                                       {"bssid", "02:00:00:00:00:01"},
                                       {"security", "wep"}});
  overtake(std::move(older), server.observe(phone, "network.joined",
                                            {{"transport", "wifi"},
                                             {"ssid", "Home"},
                                             {"bssid", "02:00:00:00:00:02"},
                                             {"security", "wpa3"}}));
  EXPECT_TRUE(problems("open").empty());
}

TEST_F(LateReportsTest, TheMemoryIsBounded) {
  ++phone.sequence;  // a number that never comes
  for (int i = 0; i < 300; ++i)
    server.report(phone, {removed(("com.example.app" + std::to_string(i)).c_str())});
  std::size_t kept = 0;
  EXPECT_TRUE(server.store
                  ->read([&](store::Transaction& transaction) -> Status {
                    BARTIZAN_ASSIGN(const auto all,
                                    transaction.tenant(kDefaultTenant).cleared(phone.id));
                    kept = all.size();
                    return {};
                  })
                  .ok());
  EXPECT_GT(kept, 0u);
  EXPECT_LE(kept, 250u);
}

}  // namespace
}  // namespace bartizan::server
