#include "agent/sim/scenario.h"

#include <gtest/gtest.h>

namespace bartizan::agent {
namespace {

constexpr std::string_view kDevice = "device platform=android model=\"Pixel 8\" os=15\n";

std::string error_of(std::string_view text) {
  const auto scenario = parse_scenario(text, "x.scenario");
  return scenario.ok() ? "" : scenario.error().message;
}
std::string error_after_device(std::string_view line) {
  return error_of(std::string(kDevice) + std::string(line));
}

TEST(Scenario, ReadsEveryKindOfLine) {
  const auto scenario = parse_scenario(
      "# a comment\n"
      "device platform=ios model=\"iPhone 15\" os=17.5 person=\"Ada Lovelace\" group=personal\n"
      "  ownership=personal\n"
      "\n"
      "at 5s observe link.opened {\"url\": \"https://example.org\",\n"
      "  \"source\": \"sms\"}\n"
      "at 2s observe app.scan file=a/b.apk installer=com.android.vending\n"
      "every 1m observe agent.health {}\n"
      "on action notify_user do failed \"not now\"\n"
      "on action ask_remove_app after 10s observe app.removed {\"package\": \"$subject\"}\n",
      "x.scenario");
  ASSERT_TRUE(scenario.ok()) << scenario.error().message;
  EXPECT_EQ(scenario->phone.platform, Platform::kIos);
  EXPECT_EQ(scenario->phone.model, "iPhone 15");
  EXPECT_EQ(scenario->name, "Ada Lovelace");
  EXPECT_EQ(scenario->tier, PrivacyTier::kByod);  // a personal phone's, unless said otherwise
  ASSERT_EQ(scenario->steps.size(), 3U);
  EXPECT_EQ(scenario->steps[0].sight.file, "a/b.apk");  // in order of time
  EXPECT_EQ(get_string(scenario->steps[1].sight.body, "source"), "sms");
  EXPECT_EQ(scenario->steps[2].every, Duration(60'000));
  ASSERT_EQ(scenario->reactions.size(), 2U);
  EXPECT_EQ(scenario->reactions[0].outcome->state, ActionState::kFailed);
  EXPECT_EQ(scenario->reactions[0].outcome->detail, "not now");
  EXPECT_EQ(scenario->reactions[1].after, Duration(10'000));
}

TEST(Scenario, SaysWhereAnErrorIs) {
  EXPECT_EQ(error_of(""), "x.scenario:1: no device line");
  EXPECT_EQ(error_of("  at 1s"), "x.scenario:1: nothing to continue");
  EXPECT_EQ(error_after_device("fly away"),
            "x.scenario:2: expected device, at, every or on, found 'fly'");
  EXPECT_EQ(error_after_device("at soon observe agent.health {}"),
            "x.scenario:2: 'soon' is no time like 90s, 30m, 4h or 7d");
  EXPECT_EQ(error_after_device("at 1s observe link.clicked {}"),
            "x.scenario:2: no observation kind 'link.clicked'");
  EXPECT_EQ(error_after_device("at 1s observe link.opened {\"url\": 1}"),
            "x.scenario:2: url must be a string");
  EXPECT_EQ(error_after_device("at 1s observe agent.health {\"mood\": 1}"),
            "x.scenario:2: agent.health has no field 'mood'");
  EXPECT_EQ(error_after_device("on action dance do done"), "x.scenario:2: unknown action 'dance'");
  EXPECT_EQ(error_after_device("on action lock do maybe"),
            "x.scenario:2: an action is done or failed, not 'maybe'");
  EXPECT_EQ(error_after_device("at 1s observe app.scan file=\"a"),
            "x.scenario:2: a quotation mark is not closed");
  EXPECT_EQ(error_after_device("device platform=android"), "x.scenario:2: there is one device");
  EXPECT_EQ(error_of("device platform=symbian model=a os=1"),
            "x.scenario:1: unknown platform 'symbian'");
  EXPECT_FALSE(error_of(std::string(kMaxScenarioBytes + 1, '#')).empty());
}

TEST(Scenario, FillsInDatesAndSubjects) {
  const Timestamp now = parse_rfc3339("2026-03-31T12:00:00Z").value();
  const json::object body = fill_in({{"patch_level", "today-30d"},
                                     {"a", "today"},
                                     {"b", "today-x"},
                                     {"package", "$subject"},
                                     {"n", 3}},
                                    now, "com.example");
  EXPECT_EQ(body.at("patch_level"), "2026-03-01");
  EXPECT_EQ(body.at("a"), "2026-03-31");
  EXPECT_EQ(body.at("b"), "today-x");
  EXPECT_EQ(body.at("package"), "com.example");
  EXPECT_EQ(body.at("n"), 3);
}

}  // namespace
}  // namespace bartizan::agent
