// Phones that fall silent, and actions that fail: both are told to those who watch from outside.
#include <gtest/gtest.h>

#include "server/housekeeping.h"
#include "server/test_server.h"

namespace bartizan::server {
namespace {

std::string text(const json::object& object, std::string_view name) {
  return std::string(get_string(object, name).value_or(""));
}

class OutwardTest : public ::testing::Test {
 protected:
  OutwardTest() : phone(server.enrol()) {}

  // Events waiting for the connector, of one kind.
  std::vector<json::object> events(std::string_view kind) {
    std::vector<json::object> out;
    EXPECT_TRUE(server.store
                    ->read([&](store::Transaction& transaction) -> Status {
                      BARTIZAN_ASSIGN(const auto due,
                                      transaction.tenant(kDefaultTenant)
                                          .due_deliveries("siem", server.clock.now(), 100));
                      for (const Delivery& delivery : due) {
                        if (delivery.item.kind == kind)
                          out.push_back(parse_json_object(delivery.item.event).value());
                      }
                      return {};
                    })
                    .ok());
    return out;
  }
  std::string state_of_silence() {
    const TestAnswer listing = server.get("/v1/devices/" + phone.id + "/problems");
    for (const json::value& item : listing.body.at("items").as_array()) {
      if (text(item.as_object(), "threat") == "agent.silent")
        return text(item.as_object(), "state");
    }
    return "none";
  }
  void days_pass(int days) {
    for (int i = 0; i < days; ++i) {
      server.clock.advance(std::chrono::hours(24));
      keep_house(*server.deps);
    }
  }
  json::object fine() {
    return server.observe(phone, "device.state", {{"screen_lock", true}, {"encrypted", true}});
  }

  TestServer server;
  TestPhone phone;
};

TEST_F(OutwardTest, ASilentPhoneIsAnAlertUntilItIsHeardAgain) {
  server.report(phone, {fine()});
  days_pass(6);
  EXPECT_EQ(state_of_silence(), "none");
  days_pass(3);
  EXPECT_EQ(state_of_silence(), "open");
  const auto opened = events("problem.opened");
  ASSERT_EQ(opened.size(), 1u) << "told once, however long the silence lasts";
  EXPECT_EQ(text(opened[0].at("threat").as_object(), "id"), "agent.silent");
  const TestAnswer alerts = server.get("/v1/alerts?threat=agent.silent");
  ASSERT_EQ(alerts.body.at("items").as_array().size(), 1u);
  const TestAnswer why =
      server.get("/v1/alerts/" + text(alerts.body.at("items").as_array()[0].as_object(), "id"));
  EXPECT_NE(text(why.body.at("finding").as_object(), "summary").find("2026-03-01T09:00:00"),
            std::string::npos);

  server.report(phone, {server.observe(phone, "link.opened", {{"url", "https://example.org/"}})});
  EXPECT_EQ(state_of_silence(), "resolved");
  EXPECT_EQ(events("problem.resolved").size(), 1u);
  EXPECT_EQ(text(server.get("/v1/devices/" + phone.id).body, "risk"), "secured");
}

TEST_F(OutwardTest, APhoneThatNeverReportedOrLeftIsNotMissed) {
  days_pass(9);
  EXPECT_EQ(state_of_silence(), "none");
  server.report(phone, {fine()});
  server.send("POST", "/v1/devices/" + phone.id + "/left", json::object{});
  days_pass(9);
  EXPECT_EQ(state_of_silence(), "none");
}

TEST_F(OutwardTest, AFailedActionIsAnEvent) {
  server.report(phone, {server.observe(phone, "device.state", {{"screen_lock", false}})});
  const TestAnswer actions = server.as_phone(phone, "GET", "/v1/device/actions");
  const json::object action = actions.body.at("actions").as_array().at(0).as_object();
  const std::string path = "/v1/device/actions/" + text(action, "id") + "/result";
  for (int i = 0; i < 2; ++i)
    server.as_phone(phone, "POST", path, R"({"state":"failed","detail":"Not allowed."})");
  const auto failed = events("action.failed");
  ASSERT_EQ(failed.size(), 1u) << "the phone said it twice, it happened once";
  const json::object& told = failed[0].at("actions").as_array().at(0).as_object();
  EXPECT_EQ(text(told, "id"), text(action, "id"));
  EXPECT_EQ(text(told, "state"), "failed");
  EXPECT_EQ(text(told, "detail"), "Not allowed.");
  EXPECT_EQ(text(failed[0].at("threat").as_object(), "id"), "device.no_screen_lock");
  EXPECT_EQ(text(failed[0].at("device").as_object(), "id"), phone.id);
  EXPECT_FALSE(text(failed[0].at("alert").as_object(), "id").empty());
}

TEST_F(OutwardTest, AnActionThatWasDoneIsNone) {
  server.report(phone, {server.observe(phone, "device.state", {{"screen_lock", false}})});
  const TestAnswer actions = server.as_phone(phone, "GET", "/v1/device/actions");
  const json::object action = actions.body.at("actions").as_array().at(0).as_object();
  server.as_phone(phone, "POST", "/v1/device/actions/" + text(action, "id") + "/result",
                  R"({"state":"done"})");
  EXPECT_TRUE(events("action.failed").empty());
}

}  // namespace
}  // namespace bartizan::server
