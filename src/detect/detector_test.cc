#include "detect/detector.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "intel/content.h"

namespace bartizan::detect {
namespace {

const intel::Content& content() {
  static const auto loaded = intel::Content::load("content");
  if (!loaded) throw std::runtime_error(loaded.error().message);
  return **loaded;
}

const Timestamp kNow = from_millis(1'780'272'000'000);  // 2026-06-01

Verdict judge(std::string kind, std::string_view body, Platform platform = Platform::kAndroid,
              Timestamp at = kNow) {
  Observation observation{.id = "0190a8f0-0000-7000-8000-000000000000",
                          .device_id = "0190a8f0-0000-7000-8000-000000000001",
                          .sequence = 1,
                          .kind = std::move(kind),
                          .observed_at = at};
  observation.body = *parse_json_object(body);
  return detect(observation, {.content = content(), .evaluated_at = at, .platform = platform});
}

std::string text_of(const Verdict& verdict) {
  json::array out;
  for (const Finding& finding : verdict.findings) out.push_back(to_json(finding));
  for (const Clearance& clearance : verdict.clearances)
    out.push_back(json::array{clearance.threat, clearance.subject.key, clearance.reason});
  return canonical_json(out);
}

constexpr const char* kNeglected =
    R"({"os_version":"12","patch_level":"2024-01-01","screen_lock":false,"encrypted":false,
        "developer_options":true,"adb_enabled":true,"root_signs":["su_binary"],
        "verified_boot":"red","bootloader":"unlocked"})";

TEST(Detect, GivesTheSameBytesForTheSameInput) {
  EXPECT_EQ(text_of(judge("device.state", kNeglected)), text_of(judge("device.state", kNeglected)));
}

TEST(Detect, OrdersFindingsAndKeepsTheStrongestOfEach) {
  const Verdict verdict = judge("device.state", kNeglected);
  EXPECT_TRUE(
      std::is_sorted(verdict.findings.begin(), verdict.findings.end(),
                     [](const Finding& a, const Finding& b) { return a.threat < b.threat; }));
  // Two rules see a rooted phone here: its signs, and a failed Verified Boot.
  const auto rooted = [](const Finding& finding) { return finding.threat == "device.rooted"; };
  EXPECT_EQ(std::count_if(verdict.findings.begin(), verdict.findings.end(), rooted), 1);
  const auto kept = std::find_if(verdict.findings.begin(), verdict.findings.end(), rooted);
  EXPECT_EQ(kept->rule, "device.rooted");
  EXPECT_EQ(kept->confidence, 90);
}

TEST(Detect, AFindingSaysWithWhatItWasJudged) {
  const Verdict verdict = judge("device.state", R"({"screen_lock":false})");
  ASSERT_EQ(verdict.findings.size(), 1u);
  const Finding& finding = verdict.findings[0];
  EXPECT_EQ(finding.judged_with.content_digest, content().digest());
  EXPECT_EQ(finding.judged_with.engine_version, kEngineVersion);
  EXPECT_EQ(finding.judged_with.evaluated_at, kNow);
  EXPECT_EQ(finding.id, finding_id(finding.observation_id, finding.threat, finding.subject));
  EXPECT_FALSE(finding.would_change.empty());
  EXPECT_FALSE(finding.techniques.empty());
}

TEST(Detect, TheTimeOfTheVerdictIsAnArgument) {
  const char* body = R"({"patch_level":"2026-05-01"})";
  EXPECT_TRUE(judge("device.state", body).findings.empty());
  const Timestamp later = kNow + std::chrono::hours(24 * 90);
  EXPECT_EQ(judge("device.state", body, Platform::kAndroid, later).findings.size(), 1u);
}

TEST(Detect, AThreatFoundIsNotClearedByTheSameObservation) {
  const Verdict verdict = judge("device.state", kNeglected);
  for (const Finding& finding : verdict.findings) {
    for (const Clearance& clearance : verdict.clearances)
      EXPECT_FALSE(finding.threat == clearance.threat &&
                   finding.subject.key == clearance.subject.key)
          << finding.threat;
  }
}

TEST(Detect, AnUnknownKindIsNoThreat) {
  const Verdict verdict = judge("fridge.opened", R"({"at":"night"})");
  EXPECT_TRUE(verdict.findings.empty());
  EXPECT_TRUE(verdict.clearances.empty());
}

TEST(Detect, SurvivesBodiesThatBrokeTheirSchema) {
  for (const char* kind :
       {"device.state", "app.installed", "link.opened", "message.received", "network.joined",
        "network.probe", "certificate.changed", "agent.health", "threat.found", "threat.cleared",
        "app.removed", "profile.installed", "profile.removed"}) {
    for (const char* body :
         {"{}", R"({"package":7,"url":[],"root_signs":"su","threat":{},"links":[1,null],
                    "patch_level":"today","outcome":null,"confidence":"very"})"}) {
      const Verdict verdict = judge(kind, body);
      for (const Finding& finding : verdict.findings)
        EXPECT_NE(content().find_threat(finding.threat), nullptr) << kind;
    }
  }
}

}  // namespace
}  // namespace bartizan::detect
