#include "server/recent_phones.h"

#include <gtest/gtest.h>

#include "server/test_server.h"

namespace bartizan::server {
namespace {

class RecentPhonesTest : public ::testing::Test {
 protected:
  RecentPhonesTest() : phone(server.enrol()) {}

  TestAnswer report_no_lock() {
    return server.report(phone, {server.observe(phone, "device.state", {{"screen_lock", false}})});
  }
  json::object only_alert() {
    const TestAnswer listing = server.get("/v1/alerts");
    const json::array& alerts = listing.body.at("items").as_array();
    EXPECT_EQ(alerts.size(), 1u);
    return alerts.empty() ? json::object() : alerts.front().as_object();
  }
  PhoneUpdates one_phone() {
    PhoneUpdates phones;
    const JudgedBy by{.content = *test_content(),
                      .policies = server.policies.current(),
                      .channels = channels,
                      .connectors = {},
                      .random = server.random,
                      .now = server.clock.now()};
    EXPECT_TRUE(server.store
                    ->read([&](store::Transaction& transaction) -> Status {
                      BARTIZAN_ASSIGN(auto update, DeviceUpdate::load(transaction.tenant("default"),
                                                                      by, phone.id));
                      phones.emplace(std::pair{"default", phone.id}, std::move(update));
                      return {};
                    })
                    .ok());
    return phones;
  }

  TestServer server;
  TestPhone phone;
  respond::Channels channels;
  RecentPhones recent;
};

TEST_F(RecentPhonesTest, AreGivenToTheWriteThatFollowsAndToNoOther) {
  EXPECT_TRUE(recent.take(1).empty());
  recent.keep(one_phone(), 5);
  EXPECT_EQ(recent.take(6).size(), 1u);
  EXPECT_TRUE(recent.take(6).empty()) << "the write failed, and what it did to them is nobody's";
  recent.keep(one_phone(), 6);
  EXPECT_TRUE(recent.take(8).empty()) << "somebody else's write";
  EXPECT_TRUE(recent.take(7).empty());
}

TEST_F(RecentPhonesTest, AStoreThatCannotTellGetsNone) {
  recent.keep(one_phone(), 0);
  EXPECT_TRUE(recent.take(0).empty());
  recent.keep(one_phone(), 0);
  EXPECT_TRUE(recent.take(1).empty());
}

TEST_F(RecentPhonesTest, TooManyAreNotKept) {
  PhoneUpdates phones;
  const PhoneUpdates one = one_phone();
  for (int i = 0; i < 1000; ++i)
    phones.emplace(std::pair{"default", std::to_string(i)}, one.begin()->second);
  recent.keep(std::move(phones), 1);
  EXPECT_TRUE(recent.take(2).empty());
}

// One report after the other, with nothing in between: the second goes on where the first ended.
TEST_F(RecentPhonesTest, ReportsThatFollowEachOtherAreAsOne) {
  for (int i = 0; i < 3; ++i) report_no_lock();
  EXPECT_EQ(get_int(only_alert(), "count"), 3);
  const std::string problems = "/v1/devices/" + phone.id + "/problems";
  const auto states = [&] {
    std::vector<std::string> out;
    const TestAnswer listing = server.get(problems);
    for (const json::value& item : listing.body.at("items").as_array())
      out.emplace_back(get_string(item.as_object(), "state").value_or(""));
    return out;
  };
  EXPECT_EQ(states(), std::vector<std::string>{"open"});
  report_no_lock();
  server.report(phone, {server.observe(phone, "device.state", {{"screen_lock", true}})});
  EXPECT_EQ(states(), std::vector<std::string>{"resolved"});
  EXPECT_EQ(get_string(only_alert(), "state"), "resolved");
  report_no_lock();
  EXPECT_EQ(states(), std::vector<std::string>{"open"});
}

TEST_F(RecentPhonesTest, WhatAPersonDidBetweenTwoReportsStands) {
  report_no_lock();
  const std::string path = "/v1/alerts/" + std::string(get_string(only_alert(), "id").value_or(""));
  ASSERT_EQ(server.send("PATCH", path, json::object{{"state", "acknowledged"}}).status, 200);
  report_no_lock();
  EXPECT_EQ(get_string(only_alert(), "state"), "acknowledged");
  EXPECT_EQ(get_int(only_alert(), "count"), 2);
}

}  // namespace
}  // namespace bartizan::server
