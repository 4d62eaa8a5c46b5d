#include "detect/app/fleet_signers.h"

#include <gtest/gtest.h>

namespace bartizan::detect {
namespace {

const intel::Content& content() {
  static const std::shared_ptr<const intel::Content> loaded =
      intel::Content::load("content").value();
  return *loaded;
}

std::optional<Finding> judge(const AppSigner& own, const std::vector<FleetSigner>& fleet,
                             json::object more = {}) {
  json::object body{
      {"package", "org.example.notes"}, {"label", "Notes"}, {"signers", {own.signer}}};
  for (const auto& member : more) body[member.key()] = member.value();
  const Observation observation{.id = "o", .device_id = "d", .kind = "app.installed", .body = body};
  return find_odd_signer(observation, {.content = content(), .evaluated_at = from_millis(9)}, own,
                         fleet);
}

FleetSigner by(std::string signer, int phones, int first_seen, std::string past = {}) {
  return {.signer = {.signer = std::move(signer), .past = std::move(past)},
          .phones = phones,
          .first_seen = from_millis(first_seen)};
}

TEST(FleetSigners, TheOddOneIsTheOneThatFewerPhonesHave) {
  const std::vector<FleetSigner> fleet{by("aa", 9, 1), by("bb", 1, 2)};
  const auto odd = judge({.signer = "bb", .past = {}}, fleet);
  ASSERT_TRUE(odd.has_value());
  EXPECT_EQ(odd->threat, "app.repackaged");
  EXPECT_EQ(odd->severity, Severity::kMedium);
  EXPECT_EQ(odd->subject.key, "org.example.notes");
  EXPECT_EQ(odd->judged_with.history_digest.size(), 64u);
  std::string told;
  for (const Evidence& line : odd->evidence) told += line.fact + "=" + line.value + ";";
  EXPECT_EQ(told, "package=org.example.notes;signers=bb;other_signer=aa;");
  EXPECT_FALSE(judge({.signer = "aa", .past = {}}, fleet).has_value());
}

TEST(FleetSigners, OfAsManyTheLaterOneIsOddAndLittleIsSaid) {
  const std::vector<FleetSigner> fleet{by("aa", 1, 1), by("bb", 1, 2)};
  EXPECT_FALSE(judge({.signer = "aa", .past = {}}, fleet).has_value());
  const auto odd = judge({.signer = "bb", .past = {}}, fleet);
  ASSERT_TRUE(odd.has_value());
  EXPECT_EQ(odd->severity, Severity::kLow);
  EXPECT_EQ(judge({.signer = "bb", .past = {}}, {by("aa", 8, 1), by("bb", 4, 2)})->severity,
            Severity::kLow)
      << "two versions that both are common";
}

TEST(FleetSigners, NobodyIsOddAlone) {
  EXPECT_FALSE(judge({.signer = "aa", .past = {}}, {by("aa", 1, 1)}).has_value());
  EXPECT_FALSE(judge({.signer = "aa", .past = {}}, {}).has_value());
}

TEST(FleetSigners, AKeyThatFollowsAnotherIsNoOtherSigner) {
  const std::vector<FleetSigner> rotated{by("aa", 9, 1), by("bb", 1, 2, "00,aa")};
  EXPECT_FALSE(judge({.signer = "bb", .past = "00,aa"}, rotated).has_value());
  const std::vector<FleetSigner> behind{by("bb", 9, 1, "00,aa"), by("aa", 1, 2)};
  EXPECT_FALSE(judge({.signer = "aa", .past = {}}, behind).has_value());
  // Together they are the usual ones to a third.
  EXPECT_TRUE(
      judge({.signer = "cc", .past = {}}, {by("aa", 2, 1), by("bb", 2, 1, "aa"), by("cc", 1, 2)})
          .has_value());
}

TEST(FleetSigners, WhatAStoreInstalledIsSaidSoftly) {
  const std::vector<FleetSigner> fleet{by("aa", 90, 1), by("bb", 1, 2)};
  const auto odd = judge({.signer = "bb", .past = {}}, fleet, {{"installer", "org.fdroid.fdroid"}});
  ASSERT_TRUE(odd.has_value());
  EXPECT_EQ(odd->severity, Severity::kLow);
  EXPECT_EQ(odd->evidence.back().fact, "installer");
}

TEST(FleetSigners, OnlyASignatureThatHoldsNamesASigner) {
  const json::object body{{"signers", {"bb", "aa"}}, {"signers_past", {"00"}}};
  EXPECT_EQ(app_signer_of(body), (AppSigner{.signer = "aa,bb", .past = "00"}));
  json::object rejected = body;
  rejected["signature"] = "rejected";
  EXPECT_FALSE(app_signer_of(rejected).has_value());
  json::object system = body;
  system["system_app"] = true;
  EXPECT_FALSE(app_signer_of(system).has_value());
  EXPECT_FALSE(app_signer_of({{"signers", json::array()}}).has_value());
  EXPECT_FALSE(app_signer_of({}).has_value());
}

}  // namespace
}  // namespace bartizan::detect
