#include <gtest/gtest.h>

#include "model/device.h"
#include "model/finding.h"
#include "model/observation_schema.h"
#include "model/response.h"

namespace bartizan {
namespace {

Observation observe(std::string kind, std::string_view body) {
  Observation out{.id = "0190a8f0-0000-7000-8000-000000000000",
                  .device_id = "",
                  .sequence = 1,
                  .kind = std::move(kind)};
  out.body = *parse_json_object(body);
  return out;
}

TEST(ObservationSchema, AKindATierMayNotCarryDoesNotExistThere) {
  EXPECT_TRUE(check_observation(observe("link.opened", R"({"url":"https://a.example/"})"),
                                PrivacyTier::kCorporate)
                  .ok());
  for (const PrivacyTier tier : {PrivacyTier::kByod, PrivacyTier::kMinimal}) {
    for (const char* kind :
         {"app.installed", "app.removed", "link.opened", "message.received", "network.joined"}) {
      EXPECT_EQ(find_kind(tier, kind), nullptr) << kind << " in " << to_string(tier);
    }
  }
}

TEST(ObservationSchema, AFieldATierMayNotCarryIsDroppedAndCounted) {
  const auto checked = check_observation(
      observe("network.probe", R"({"outcome":"ok","ssid":"home"})"), PrivacyTier::kByod);
  ASSERT_TRUE(checked.ok());
  EXPECT_FALSE(checked->observation.body.contains("ssid"));
  EXPECT_EQ(checked->unknown_fields, std::vector<std::string>{"ssid"});
}

TEST(ObservationSchema, MessageTextLeavesThePhoneInNoTier) {
  for (const PrivacyTier tier :
       {PrivacyTier::kCorporate, PrivacyTier::kByod, PrivacyTier::kMinimal}) {
    const KindSpec* spec = find_kind(tier, "message.received");
    if (spec == nullptr) continue;
    for (const FieldSpec& field : spec->fields) EXPECT_NE(field.name, "text");
  }
  EXPECT_TRUE(check_observation(observe("message.received", R"({"channel":"sms","text":"hi"})"),
                                std::nullopt)
                  ->observation.body.contains("text"));
}

TEST(ObservationSchema, ANewerMinorVersionIsAcceptedAndItsFieldsCounted) {
  Observation newer = observe("app.removed", R"({"package":"a.b","reason":"bored"})");
  newer.schema_minor = 7;
  const auto checked = check_observation(newer, PrivacyTier::kCorporate);
  ASSERT_TRUE(checked.ok());
  EXPECT_EQ(checked->unknown_fields, std::vector<std::string>{"reason"});
  newer.schema_major = 2;
  EXPECT_EQ(check_observation(newer, PrivacyTier::kCorporate).error().code,
            ErrorCode::kUnsupported);
}

TEST(ObservationSchema, MistypedFieldsAreNamed) {
  const auto message = [](std::string kind, std::string_view body) {
    return check_observation(observe(std::move(kind), body), PrivacyTier::kCorporate)
        .error()
        .message;
  };
  EXPECT_EQ(message("app.removed", "{}"), "package is missing");
  EXPECT_EQ(message("app.removed", R"({"package":3})"), "package must be a string");
  EXPECT_EQ(message("device.state", R"({"patch_level":"March"})"),
            "patch_level must be a date (YYYY-MM-DD)");
  EXPECT_EQ(message("network.joined", R"({"transport":"pigeon"})"),
            "transport has no value 'pigeon'");
  EXPECT_EQ(message("app.installed", R"({"package":"a","permissions":[1]})"),
            "permissions must be a list of strings");
  EXPECT_EQ(
      message("agent.health", R"({"permissions_denied":[")" + std::string(5000, 'x') + "\"]}"),
      "permissions_denied has an item longer than 4096 bytes");
}

TEST(ModelJson, NounsRoundTrip) {
  Device device{.id = "d",
                .name = "Ada's \"Pixel\"",
                .risk = Risk::kHigh,
                .degraded = {"permission:location"}};
  EXPECT_EQ(*device_from_json(to_json(device)), device);
  Finding finding{.id = "f",
                  .threat = "app.stalkerware",
                  .evidence = {{.fact = "package", .value = "x", .weight = 90}}};
  EXPECT_EQ(*finding_from_json(to_json(finding)), finding);
  json::object broken = to_json(device);
  broken["risk"] = "enormous";
  EXPECT_EQ(device_from_json(broken).error().message, "risk: has no value 'enormous'");
}

}  // namespace
}  // namespace bartizan
