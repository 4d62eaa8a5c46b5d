#include "intel/threat_catalogue.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "base/file.h"
#include "intel/detection_rule.h"
#include "intel/resolutions.h"
#include "intel/techniques.h"

namespace bartizan::intel {
namespace {

const std::vector<Threat>& catalogue() {
  static const std::vector<Threat> threats = [] {
    auto loaded = load_threats("content/threats");
    if (!loaded) throw std::runtime_error(loaded.error().message);
    return std::move(loaded).value();
  }();
  return threats;
}

const Threat* find(std::string_view id) {
  for (const Threat& threat : catalogue()) {
    if (threat.id == id) return &threat;
  }
  return nullptr;
}

// The longest sentence of a text, in words.
std::size_t longest_sentence(const std::string& text) {
  std::istringstream words(text);
  std::size_t longest = 0;
  std::size_t length = 0;
  for (std::string word; words >> word;) {
    longest = std::max(longest, ++length);
    if (word.ends_with('.') || word.ends_with('?') || word.ends_with('!')) length = 0;
  }
  return longest;
}

TEST(ThreatCatalogue, HoldsAtLeastTwentyFiveThreatsWithEveryFieldFilled) {
  EXPECT_GE(catalogue().size(), 25u);
  for (const Threat& threat : catalogue()) {
    SCOPED_TRACE(threat.id);
    EXPECT_FALSE(threat.title.empty());
    EXPECT_FALSE(threat.subject.empty());
    EXPECT_FALSE(threat.techniques.empty());
    EXPECT_FALSE(threat.evidence_fields.empty());
    EXPECT_FALSE(threat.platforms.empty());
    EXPECT_FALSE(threat.resolves.empty());
    EXPECT_FALSE(threat.admin.what_happened.empty());
    EXPECT_FALSE(threat.admin.what_to_do.empty());
    for (const Platform platform : threat.platforms) {
      ASSERT_TRUE(threat.user.contains(platform));
      EXPECT_FALSE(threat.user.at(platform).what_to_do.empty());
    }
    for (const Resolution& resolution : threat.resolves) EXPECT_FALSE(resolution.text.empty());
  }
}

TEST(ThreatCatalogue, SpeaksToPeopleInShortSentences) {
  for (const Threat& threat : catalogue()) {
    for (const auto& [platform, advice] : threat.user) {
      EXPECT_LE(longest_sentence(advice.what_happened), 25u)
          << threat.id << ": " << advice.what_happened;
      for (const std::string& step : advice.what_to_do)
        EXPECT_LE(longest_sentence(step), 25u) << threat.id << ": " << step;
    }
  }
}

TEST(ThreatCatalogue, NamesTechniquesThatExist) {
  const auto text = read_file("content/attack/techniques.yaml", 1 << 20);
  ASSERT_TRUE(text.ok());
  const auto known = TechniqueSet::load(*text, "techniques.yaml");
  ASSERT_TRUE(known.ok()) << known.error().message;
  EXPECT_GE(known->all().size(), 100u);
  for (const Threat& threat : catalogue()) {
    for (const std::string& technique : threat.techniques)
      EXPECT_NE(known->find(technique), nullptr) << threat.id << " names " << technique;
  }
}

TEST(ThreatCatalogue, ResolveConditionsCompile) {
  const auto resolutions = ResolutionSet::compile(catalogue());
  ASSERT_TRUE(resolutions.ok()) << resolutions.error().message;
  EXPECT_FALSE(resolutions->of("device.state").empty());
  EXPECT_TRUE(resolutions->of("no.such_kind").empty());
}

TEST(DetectionRules, NameThreatsAndEvidenceOfTheCatalogue) {
  const auto rules = load_rules("content/rules");
  ASSERT_TRUE(rules.ok()) << rules.error().message;
  EXPECT_GE(rules->size(), 15u);
  for (const DetectionRule& rule : *rules) {
    SCOPED_TRACE(rule.id);
    const Threat* threat = find(rule.threat);
    ASSERT_NE(threat, nullptr) << rule.threat;
    for (const EvidenceSpec& spec : rule.evidence) {
      const auto& fields = threat->evidence_fields;
      EXPECT_NE(std::find(fields.begin(), fields.end(), spec.fact), fields.end()) << spec.fact;
    }
    const bool single = threat->subject == "device" || threat->subject == "agent";
    EXPECT_EQ(rule.subject_key.empty(), single) << "the subject is a " << threat->subject;
  }
}

// Content as an operator may write it, in a folder of its own.
class ContentFolder : public testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        std::filesystem::temp_directory_path() / ("bartizan_content_" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_ / "device");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string threat_error(const std::string& text) {
    std::ofstream(folder_ / "device" / "x.yaml") << text;
    const auto loaded = load_threats(folder_);
    return loaded.ok() ? "loaded" : after_folder(loaded.error().message);
  }
  std::string rule_error(const std::string& text) {
    std::ofstream(folder_ / "device" / "x.yaml") << text;
    const auto loaded = load_rules(folder_);
    return loaded.ok() ? "loaded" : after_folder(loaded.error().message);
  }
  std::string after_folder(const std::string& message) const {
    const std::string name = folder_.filename().string() + "/";
    return message.starts_with(name) ? message.substr(name.size()) : message;
  }

  std::filesystem::path folder_;
};

constexpr const char* kThreat = R"(id: device.x
title: X
subject: device
severity: low
techniques: [T1404]
evidence: [os_version]
platforms: [ios]
resolves: [{observation: device.state, when: {screen_lock: true}, text: done}]
user: {ios: {what_happened: a, what_to_do: [b]}}
admin: {what_happened: a, what_to_do: [b]}
)";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

TEST_F(ContentFolder, AThreatLacksNothingAndHasNothingUnknown) {
  EXPECT_EQ(threat_error(kThreat), "loaded");
  EXPECT_EQ(threat_error(replaced(kThreat, "title: X\n", "")),
            "device/x.yaml:1: 'title' is missing");
  EXPECT_EQ(threat_error(std::string(kThreat) + "colour: red\n"),
            "device/x.yaml:11: unknown key 'colour'");
  EXPECT_EQ(threat_error(replaced(kThreat, "id: device.x", "id: device.y")),
            "device/x.yaml:1: the id must be 'device.x', as the file is named");
  EXPECT_EQ(threat_error(replaced(kThreat, "[ios]", "[ios, android]")),
            "device/x.yaml:9: 'android' is missing");
  EXPECT_EQ(threat_error(replaced(kThreat, "T1404", "T14")),
            "device/x.yaml:1: 'T14' is no technique id");
  EXPECT_EQ(threat_error(replaced(kThreat, "screen_lock: true", "screen_lok: true")),
            "device/x.yaml:8: unknown field 'screen_lok'");
  EXPECT_EQ(
      threat_error(replaced(kThreat, "observation: device.state, when: {screen_lock: true},", "")),
      "device/x.yaml:8: a resolution needs either 'observation' or 'after'");
}

constexpr const char* kRule = R"(id: device.x
version: "1"
title: X
observation: device.state
when: {adb_enabled: true}
threat: device.adb_enabled
confidence: 90
summary: "adb is {adb_enabled}"
would_change: off
evidence: [{fact: adb_enabled, why: because}]
)";

TEST_F(ContentFolder, ARuleIsCheckedAgainstItsObservation) {
  EXPECT_EQ(rule_error(kRule), "loaded");
  EXPECT_EQ(rule_error(replaced(kRule, "{adb_enabled: true}", "{adb: true}")),
            "device/x.yaml:5: unknown field 'adb'");
  EXPECT_EQ(rule_error(replaced(kRule, "is {adb_enabled}", "is {adb}")),
            "device/x.yaml:1: the observation has no fact 'adb'");
  EXPECT_EQ(rule_error(replaced(kRule, "confidence: 90", "confidence: 900")),
            "device/x.yaml:7: 'confidence' must be an integer from 1 to 100");
  EXPECT_EQ(rule_error(replaced(kRule, "device.state", "device.sate")),
            "device/x.yaml:1: unknown observation kind 'device.sate'");
}

}  // namespace
}  // namespace bartizan::intel
