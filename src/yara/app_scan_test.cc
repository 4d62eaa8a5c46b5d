// Rules of an operator's folder over whole apps: the way from the folder to the finding.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/file.h"
#include "detect/app/judged_app.h"
#include "detect/app/report_json.h"
#include "detect/app/report_text.h"
#include "detect/app/scan.h"
#include "model/observation_schema.h"
#include "parse/elf/elf_builder.h"
#include "parse/zip/zip_builder.h"
#include "yara/compile.h"

namespace bartizan::detect {
namespace {

namespace fs = std::filesystem;
using parse::build_zip;
using parse::deflated;
using parse::stored;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

// The shipped content with `rules` as the operator's one file.
Result<std::shared_ptr<const intel::Content>> load_with(const std::string& rules) {
  const fs::path folder =
      fs::temp_directory_path() / ("bartizan_yara_" + std::to_string(::getpid()));
  fs::remove_all(folder);
  fs::create_directories(folder / "sub");
  std::ofstream(folder / "sub" / "own.yar") << rules;
  std::ofstream(folder / "README.md") << "no rules";
  auto content =
      intel::Content::load("content", {.compile_yara = yara::compile, .yara_folder = folder});
  fs::remove_all(folder);
  return content;
}

// Markers stand in files of the kind that the rule's name says.
const intel::Content& content() {
  static const std::shared_ptr<const intel::Content> loaded =
      load_with(
          "rule in_dex : code { meta: severity = \"High\" author = \"us\"\n"
          "  strings: $a = \"dex\\n03\" condition: $a at 0 and filesize > 100 }\n"
          "rule in_library : native { meta: severity = \"low\"\n"
          "  strings: $a = \"library marker\" condition: uint32be(0) == 0x7f454c46 and $a }\n"
          "rule in_asset { meta: severity = \"critical\" strings: $a = \"asset marker\"\n"
          "  condition: $a }\n"
          "rule in_manifest { strings: $a = {03 00 08 00} condition: $a at 0 }\n"
          "rule often { strings: $a = \"often\" condition: $a }\n"
          "rule never { strings: $a = \"zip marker\" condition: $a }\n")
          .value();
  return *loaded;
}

// Made by tools/build_apps --fuzz-corpus.
std::string file(const std::string& path) { return read_file(path, 1 << 20).value_or(""); }
std::string manifest() { return file("fuzz/corpus/axml/banker.xml"); }
std::string dex() { return file("fuzz/corpus/dex/notes.dex"); }

using Entries = std::vector<parse::BuiltEntry>;

AppReport scanned(const Entries& entries, const intel::Content& with = content(),
                  const ScanOptions& options = {}) {
  const std::string bytes = build_zip(entries);
  Result<AppReport> report = scan_app(as_bytes(bytes), with, options);
  EXPECT_TRUE(report.ok()) << (report.ok() ? "" : report.error().message);
  return report.ok() ? std::move(report).value() : AppReport{};
}

// "rule: entry entry", of each rule.
std::vector<std::string> places(const AppReport& report) {
  std::vector<std::string> out;
  if (!report.yara) return {"no rules"};
  for (const YaraRuleMatch& match : report.yara->matches) {
    out.push_back(match.rule + ":");
    for (const YaraPlace& place : match.places) out.back() += " " + place.entry;
  }
  return out;
}

Entries package() { return {deflated("AndroidManifest.xml", manifest())}; }
Entries package_with(parse::BuiltEntry entry) {
  Entries out = package();
  out.push_back(std::move(entry));
  return out;
}

std::vector<std::string> with_manifest(std::vector<std::string> more) {
  more.insert(more.begin(), "in_manifest: AndroidManifest.xml");
  return more;
}

TEST(YaraOnApps, CodeNativeCodeAndAssets) {
  EXPECT_EQ(places(scanned(package())), with_manifest({}));
  EXPECT_EQ(places(scanned(package_with(deflated("classes.dex", dex())))),
            with_manifest({"in_dex: classes.dex"}));
  EXPECT_EQ(places(scanned(package_with(deflated("assets/logo.png", dex())))),
            with_manifest({"in_dex: assets/logo.png"}));
  EXPECT_EQ(places(scanned(package_with(deflated(
                "lib/arm64-v8a/liba.so", parse::build_elf({.padding = "library marker"}))))),
            with_manifest({"in_library: lib/arm64-v8a/liba.so"}));
  const AppReport report = scanned(package_with(deflated("assets/a.txt", "an asset marker")));
  EXPECT_EQ(places(report), with_manifest({"in_asset: assets/a.txt"}));
  EXPECT_EQ(report.yara->matches[1].places[0].strings[0].offset, 3u);
  EXPECT_TRUE(report.yara->complete);
}

TEST(YaraOnApps, WhatNearlyMatchesDoesNot) {
  Entries entries = package();
  entries.push_back(deflated("lib/arm64-v8a/liba.so", parse::build_elf()));
  entries.push_back(deflated("assets/text.so", "library marker"));
  entries.push_back(deflated("assets/a.txt", "asset_marker"));
  EXPECT_EQ(places(scanned(entries)), with_manifest({}));
}

TEST(YaraOnApps, NestedPackagesAndSplits) {
  Entries inner = package_with(deflated("classes.dex", dex()));
  inner.push_back(deflated("res/raw/a", std::string(500, 'x') + "asset marker"));
  EXPECT_THAT(places(scanned(package_with(deflated("assets/b.bin", build_zip(inner))))),
              ElementsAre("in_manifest: AndroidManifest.xml assets/b.bin!AndroidManifest.xml",
                          "in_dex: assets/b.bin!classes.dex", "in_asset: assets/b.bin!res/raw/a"));
  EXPECT_THAT(
      places(scanned(
          {stored("base.apk", build_zip(package())), stored("config.de.apk", build_zip(inner))})),
      ElementsAre("in_manifest: AndroidManifest.xml config.de.apk!AndroidManifest.xml",
                  "in_dex: config.de.apk!classes.dex", "in_asset: config.de.apk!res/raw/a"));
}

TEST(YaraOnApps, AnIpaCodeFirst) {
  const std::string code = std::string("\xcf\xfa\xed\xfe", 4) + std::string(100, 'x') + "often";
  const AppReport report = scanned({deflated("Payload/A.app/Info.plist", "no plist"),
                                    deflated("Payload/A.app/a.txt", "an asset marker"),
                                    deflated("Payload/A.app/A", code)});
  ASSERT_TRUE(report.ios.has_value());
  EXPECT_THAT(places(report),
              ElementsAre("often: Payload/A.app/A", "in_asset: Payload/A.app/a.txt"));
  EXPECT_FALSE(report.yara->complete);  // its Info.plist could not be read, so it may hide more
}

TEST(YaraOnApps, OneRuleThatMatchesEverywhereIsOneMatch) {
  Entries entries = package();
  for (int i = 0; i < 500; ++i) entries.push_back(deflated("assets/" + std::to_string(i), "often"));
  const AppReport report = scanned(entries);
  ASSERT_EQ(report.yara->matches.size(), 2u);
  EXPECT_EQ(report.yara->matches[1].entries, 500u);
  EXPECT_EQ(report.yara->matches[1].places.size(), kMaxYaraPlaces);
}

TEST(YaraOnApps, TheBoundOnRulesIsSaid) {
  std::string rules;
  for (int i = 0; i < 300; ++i) rules += "rule r" + std::to_string(i) + " { condition: true }\n";
  const auto many = load_with(rules);
  ASSERT_TRUE(many.ok());
  const AppReport report = scanned(package(), **many);
  EXPECT_EQ(report.yara->matches.size(), kMaxYaraRules);
  EXPECT_FALSE(report.yara->complete);
  EXPECT_THAT(parse::anomaly_ids(report.anomalies), Contains("yara.limit"));
}

TEST(YaraOnApps, ASlowRuleIsReportedAndNothingIsSaidOfWhatItHid) {
  const auto slow = load_with(
      "rule slow { condition: filesize > 500000 and for all i in (0..filesize) : ("
      "for all j in (0..filesize) : (uint8(i) + uint8(j) < 1000)) }");
  ASSERT_TRUE(slow.ok());
  const AppReport report = scanned(package_with(deflated("assets/a", std::string(1 << 20, 'x'))),
                                   **slow, {.yara = {.time = std::chrono::seconds(1)}});
  EXPECT_FALSE(report.yara->complete);
  EXPECT_FALSE(report.truncated);
  EXPECT_THAT(parse::anomaly_ids(report.anomalies), Contains("yara.out_of_time"));
  const JudgedApp app =
      judge_app(report, std::nullopt, {.content = **slow, .evaluated_at = from_millis(0)});
  EXPECT_EQ(app.observation_body.if_contains("yara_rules"), nullptr);
  EXPECT_THAT(report_text(app), HasSubstr("not every entry was looked at"));
}

std::vector<std::string> yara_findings(const JudgedApp& app) {
  std::vector<std::string> out;
  for (const Finding& finding : app.findings) {
    if (finding.threat == "app.yara_match")
      out.push_back(std::string(to_string(finding.severity)) + " " + finding.rule);
  }
  return out;
}

JudgedApp judged(const Entries& entries) {
  return judge_app(scanned(entries), std::nullopt,
                   {.content = content(), .evaluated_at = from_millis(0)});
}

TEST(YaraOnApps, AMatchIsAFindingAsSevereAsTheRuleSays) {
  const std::string library = parse::build_elf({.padding = "library marker"});
  const Entries only_library = {deflated("classes2.dex", "no code"),
                                deflated("lib/x86/liba.so", library)};
  EXPECT_THAT(yara_findings(judged(only_library)), ElementsAre("low app.yara_match_low"));
  EXPECT_THAT(yara_findings(judged(package())), ElementsAre("medium app.yara_match"));
  const JudgedApp high = judged(package_with(deflated("classes.dex", dex())));
  EXPECT_THAT(yara_findings(high), ElementsAre("high app.yara_match_high"));
  EXPECT_EQ(high.verdict(), AppVerdict::kMalicious);
  EXPECT_THAT(yara_findings(judged({deflated("classes.dex", "no code")})), IsEmpty());
}

TEST(YaraOnApps, TheObservationAndTheReportsHoldWhatWasFound) {
  const JudgedApp app = judged(package_with(deflated("classes.dex", dex())));
  const Observation observation{.kind = "app.installed", .body = app.observation_body};
  const auto checked = check_observation(observation, std::nullopt);
  ASSERT_TRUE(checked.ok()) << checked.error().message;
  EXPECT_THAT(checked->unknown_fields, IsEmpty());
  EXPECT_THAT(get_strings(app.observation_body, "yara_rules"),
              ElementsAre("in_manifest", "in_dex"));
  EXPECT_THAT(get_strings(app.observation_body, "yara_tags"), ElementsAre("code"));
  const json::object report = report_json(app);
  const json::object* yara = get_object(report, "yara");
  ASSERT_NE(yara, nullptr);
  const json::object& match = get_array(*yara, "matches")->at(1).as_object();
  EXPECT_EQ(get_string(match, "rule"), "in_dex");
  EXPECT_EQ(get_string(match, "file"), "yara/sub/own.yar");
  EXPECT_EQ(get_string(match, "severity"), "high");
  EXPECT_EQ(get_string(*get_object(match, "meta"), "author"), "us");
  EXPECT_EQ(get_string(get_array(match, "places")->at(0).as_object(), "entry"), "classes.dex");
  EXPECT_THAT(report_text(app), HasSubstr("in_dex (yara/sub/own.yar, high, code)\n"
                                          "      classes.dex $a at 0\n"));
}

TEST(YaraOnApps, WithoutRulesNothingIsSaid) {
  const auto plain = intel::Content::load("content", {.compile_yara = yara::compile});
  ASSERT_TRUE(plain.ok());
  EXPECT_EQ((*plain)->yara_rules(), nullptr);
  EXPECT_EQ(places(scanned(package(), **plain)), std::vector<std::string>{"no rules"});
}

TEST(YaraOnApps, ABadRuleIsABadContent) {
  const auto bad = load_with("rule fine { condition: true }\nrule bad { condition: nothing }\n");
  ASSERT_FALSE(bad.ok());
  EXPECT_THAT(bad.error().message, StartsWith("yara/sub/own.yar:2: undefined identifier"));
}

}  // namespace
}  // namespace bartizan::detect
