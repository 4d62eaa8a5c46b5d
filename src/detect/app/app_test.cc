#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <random>

#include "base/crypto.h"
#include "base/file.h"
#include "base/id.h"
#include "detect/app/hosts.h"
#include "detect/app/observation_body.h"
#include "detect/app/scan.h"
#include "detect/detector.h"
#include "model/observation_schema.h"

namespace bartizan::detect {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::Not;

const intel::Content& content() {
  static const auto loaded = intel::Content::load("content");
  EXPECT_TRUE(loaded.ok()) << (loaded.ok() ? "" : loaded.error().message);
  return **loaded;
}

// An app that tools/build_apps made, or nothing when its tools are not installed.
std::optional<std::string> demo_app(const std::string& name) {
  Result<std::string> file = read_file("build/demo-apps/" + name + ".apk", 1 << 20);
  return file.ok() ? std::optional(std::move(file).value()) : std::nullopt;
}

std::vector<Finding> judge(json::object body) {
  const Observation observation{.id = uuid_of("observation"),
                                .device_id = uuid_of("device"),
                                .kind = "app.installed",
                                .body = std::move(body)};
  const auto checked = check_observation(observation, std::nullopt);
  EXPECT_TRUE(checked.ok()) << (checked.ok() ? "" : checked.error().message);
  EXPECT_THAT(checked->unknown_fields, IsEmpty());
  return detect(checked->observation, {.content = content(), .evaluated_at = from_millis(0)})
      .findings;
}

std::vector<std::string> threats_of(const std::string& file,
                                    const std::optional<std::string>& installer) {
  const Result<AppReport> report = scan_app(as_bytes(file), content());
  if (!report.ok()) return {"error: " + report.error().message};
  std::vector<std::string> out;
  for (const Finding& finding : judge(app_observation_body(*report, installer)))
    out.push_back(finding.threat);
  return out;
}

TEST(App, DemoAppsGiveTheFindingsTheyStandFor) {
  if (!demo_app("notes")) GTEST_SKIP() << "demo apps not built: aapt, smali or apksigner missing";
  EXPECT_THAT(threats_of(*demo_app("notes"), std::nullopt), IsEmpty());
  EXPECT_THAT(threats_of(*demo_app("notes"), "com.android.vending"), IsEmpty());
  EXPECT_THAT(threats_of(*demo_app("notes"), ""), testing::ElementsAre("app.sideloaded"));
  EXPECT_THAT(
      threats_of(*demo_app("banker"), ""),
      testing::ElementsAre("app.banker_permissions", "app.resembles_malware", "app.sideloaded"));
  EXPECT_THAT(threats_of(*demo_app("banker"), "com.android.vending"), IsEmpty());
  EXPECT_THAT(threats_of(*demo_app("dropper"), std::nullopt),
              testing::ElementsAre("app.dropper_permissions"));
  EXPECT_THAT(threats_of(*demo_app("stalkerware"), std::nullopt),
              testing::ElementsAre("app.resembles_malware", "app.stalkerware",
                                   "app.stalkerware_permissions"));
  // A published package name counts wherever the app came from.
  EXPECT_THAT(threats_of(*demo_app("stalkerware"), "com.android.vending"),
              testing::ElementsAre("app.stalkerware"));
  EXPECT_THAT(threats_of(*demo_app("notes-debug"), std::nullopt),
              testing::ElementsAre("app.debug_signed"));
  EXPECT_THAT(threats_of(*demo_app("notes-truncated"), std::nullopt),
              Contains("app.evasive_package"));
  EXPECT_THAT(threats_of(*demo_app("notes-hostile"), std::nullopt),
              testing::ElementsAre("app.evasive_package", "app.signature_rejected"));
}

TEST(App, ReportCarriesWhatTheFileSays) {
  const auto file = demo_app("banker");
  if (!file) GTEST_SKIP() << "demo apps not built: aapt, smali or apksigner missing";
  const Result<AppReport> report = scan_app(as_bytes(*file), content());
  ASSERT_TRUE(report.ok());
  const json::object body = app_observation_body(*report, std::nullopt);
  EXPECT_EQ(get_string(body, "package"), "org.bartizan.demo.flashlight");
  EXPECT_EQ(get_string(body, "label"), "Flashlight Pro");
  EXPECT_EQ(get_string(body, "signature"), "verified");
  EXPECT_EQ(get_bool(body, "has_launcher_icon"), true);
  EXPECT_EQ(get_bool(body, "scan_truncated"), false);
  EXPECT_THAT(get_strings(body, "components"),
              Contains("android.permission.BIND_ACCESSIBILITY_SERVICE"));
  EXPECT_THAT(get_strings(body, "intent_actions"),
              Contains("android.intent.action.BOOT_COMPLETED"));
  EXPECT_FALSE(body.contains("installer"));
}

TEST(App, HostileAppGivesUpItsManifest) {
  const auto file = demo_app("notes-hostile");
  if (!file) GTEST_SKIP() << "demo apps not built: aapt, smali or apksigner missing";
  const Result<AppReport> report = scan_app(as_bytes(*file), content());
  ASSERT_TRUE(report.ok());
  ASSERT_TRUE(report->manifest.has_value());
  EXPECT_EQ(report->manifest->package, "org.bartizan.demo.notes");
  EXPECT_THAT(parse::anomaly_ids(report->anomalies),
              testing::IsSupersetOf({"zip.unknown_method", "zip.encrypted_flag",
                                     "zip.path_traversal", "zip.name_mismatch"}));
}

TEST(App, WhatIsNoPackageIsAnError) {
  EXPECT_FALSE(scan_app(as_bytes("plain text"), content()).ok());
  EXPECT_FALSE(scan_app(as_bytes(""), content()).ok());
}

TEST(App, HostsInCodeAreThoseOfUrlsAndOfIndicators) {
  HostCollector hosts(content());
  hosts.look_at("see https://User@Help.Example.org:8443/x and http://other.example.net");
  hosts.look_at("com.example.package");
  hosts.look_at("1topspy.com");
  hosts.look_at("http://javax.xml.transform.dom.domresult/feature");
  hosts.look_at("https://%s/api");
  hosts.look_at("http://localhost/");
  EXPECT_THAT(std::move(hosts).take(10),
              testing::ElementsAre("1topspy.com", "help.example.org", "other.example.net"));
}

TEST(App, KnownAddressInTheCodeIsAFinding) {
  const std::vector<Finding> findings =
      judge({{"package", "org.example.app"}, {"domains", {"help.example.org", "www.1topspy.com"}}});
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].threat, "app.malicious_domain");
  EXPECT_EQ(findings[0].evidence[0].value, "www.1topspy.com");
}

TEST(App, PackageNameOfASystemAppIsNotEnough) {
  EXPECT_THAT(judge({{"package", "com.hellospy"}, {"system_app", true}}), IsEmpty());
  EXPECT_THAT(judge({{"package", "com.hellospy"}}), Not(IsEmpty()));
}

// Bit flips, cuts and doubled pieces of real packages: no crash, no hang, and a verdict each time.
// Processor time, so that a busy machine fails nothing.
TEST(App, MutantsAreSurvived) {
  constexpr int kMutantsEach = 700;
  constexpr double kLongestSeconds = 2;
  if (!demo_app("notes")) GTEST_SKIP() << "demo apps not built: aapt, smali or apksigner missing";
  std::mt19937 random(20240229);
  const auto below = [&](std::size_t bound) { return random() % bound; };
  double slowest = 0;
  for (const char* name : {"notes", "banker", "stalkerware", "notes-hostile", "notes-truncated"}) {
    const std::string original = *demo_app(name);
    for (int i = 0; i < kMutantsEach; ++i) {
      std::string mutant = original;
      for (std::size_t flips = below(8); flips > 0; --flips)
        mutant[below(mutant.size())] ^= static_cast<char>(1 << below(8));
      if (below(4) == 0) mutant.resize(below(mutant.size()) + 1);
      if (below(4) == 0) mutant += mutant.substr(below(mutant.size()));
      if (below(4) == 0) mutant[below(mutant.size())] = '\xff';
      const std::clock_t start = std::clock();
      const Result<AppReport> report = scan_app(as_bytes(mutant), content());
      if (report.ok()) judge(app_observation_body(*report, ""));
      slowest = std::max(slowest, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
    }
  }
  EXPECT_LT(slowest, kLongestSeconds);
}

// No finding above low for honest apps that a store installed.
TEST(AppCorpus, RealAppsFromAStoreAreQuiet) {
  const char* corpus = std::getenv("BARTIZAN_CORPUS");
  if (corpus == nullptr) GTEST_SKIP() << "corpus not present";
  int files = 0;
  for (const auto& path :
       std::filesystem::directory_iterator(std::filesystem::path(corpus) / "apk/real")) {
    const Result<MappedFile> file = MappedFile::open(path.path());
    ASSERT_TRUE(file.ok());
    const Result<AppReport> report = scan_app(file->bytes(), content());
    ASSERT_TRUE(report.ok()) << path.path();
    for (const Finding& finding : judge(app_observation_body(*report, "com.android.vending")))
      EXPECT_LE(finding.severity, Severity::kLow) << path.path() << ": " << finding.summary;
    ++files;
  }
  EXPECT_EQ(files, 9);
}

TEST(AppCorpus, EvasiveAppsAreNamedSo) {
  const char* corpus = std::getenv("BARTIZAN_CORPUS");
  if (corpus == nullptr) GTEST_SKIP() << "corpus not present";
  for (const char* name : {"minimal_SIZE_ExtraField", "minimal_def_mod",
                           "minimal_zero_sized_end_ns", "truncated-cd"}) {
    const Result<MappedFile> file = MappedFile::open(std::filesystem::path(corpus) / "apk/evasion" /
                                                     (std::string(name) + ".apk"));
    ASSERT_TRUE(file.ok());
    EXPECT_THAT(threats_of(std::string(as_text(file->bytes())), std::nullopt),
                Contains("app.evasive_package"))
        << name;
  }
}

}  // namespace
}  // namespace bartizan::detect
