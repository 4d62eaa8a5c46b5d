#include "cli/scan_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/json.h"
#include "parse/zip/zip_builder.h"

namespace bartizan::cli {
namespace {

using testing::HasSubstr;

struct Ran {
  int status;
  std::string out;
  std::string err;
};
Ran run(std::vector<std::string> args) {
  std::ostringstream out;
  std::ostringstream err;
  args.insert(args.begin(), "app");
  const int status = run_scan(args, out, err);
  return {status, out.str(), err.str()};
}

bool has_demo_apps() { return std::filesystem::exists("build/demo-apps/notes.apk"); }

TEST(ScanCommand, CleanAppExitsWithZero) {
  if (!has_demo_apps()) GTEST_SKIP() << "demo apps not built: aapt, smali or apksigner missing";
  const Ran ran = run({"build/demo-apps/notes.apk"});
  EXPECT_EQ(ran.status, 0) << ran.out << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("clean"));
}

TEST(ScanCommand, ThreatExitsWithOneAndJsonIsALineAFile) {
  if (!has_demo_apps()) GTEST_SKIP() << "demo apps not built: aapt, smali or apksigner missing";
  const Ran ran = run({"--json", "build/demo-apps/stalkerware.apk", "build/demo-apps/notes.apk"});
  EXPECT_EQ(ran.status, 1) << ran.err;
  std::istringstream lines(ran.out);
  std::string first;
  std::string second;
  ASSERT_TRUE(std::getline(lines, first) && std::getline(lines, second));
  const Result<json::object> scanned = parse_json_object(first);
  ASSERT_TRUE(scanned.ok());
  EXPECT_EQ(get_string(*scanned, "package"), "com.hellospy");
  EXPECT_EQ(get_string(*scanned, "verdict"), "malicious");
  EXPECT_EQ(get_int(*scanned, "version_code"), 12);
  const json::object* signature = get_object(*scanned, "signature");
  ASSERT_NE(signature, nullptr);
  EXPECT_EQ(get_string(*signature, "verdict"), "verified");
  EXPECT_EQ(get_array(*signature, "signers")->size(), 1u);
  EXPECT_THAT(get_strings(*signature, "schemes"), testing::Contains("v3"));
  EXPECT_THAT(get_strings(*scanned, "permissions"),
              testing::Contains("android.permission.READ_SMS"));
  EXPECT_FALSE(get_strings(*scanned, "techniques").empty());
  EXPECT_EQ(get_string(parse_json_object(second).value(), "verdict"), "clean");
}

TEST(ScanCommand, TruncatedAppIsAFindingThatSaysSo) {
  if (!has_demo_apps()) GTEST_SKIP() << "demo apps not built: aapt, smali or apksigner missing";
  const Ran ran = run({"build/demo-apps/notes-truncated.apk"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.out, HasSubstr("app.evasive_package"));
  EXPECT_THAT(ran.out, HasSubstr("zip.no_end_record"));
}

TEST(ScanCommand, InstallerDecidesAboutSideloading) {
  if (!has_demo_apps()) GTEST_SKIP() << "demo apps not built: aapt, smali or apksigner missing";
  EXPECT_EQ(run({"--installer", "com.android.vending", "build/demo-apps/banker.apk"}).status, 0);
  const Ran sideloaded = run({"--installer", "", "build/demo-apps/notes.apk"});
  EXPECT_EQ(sideloaded.status, 1);
  EXPECT_THAT(sideloaded.out, HasSubstr("app.sideloaded"));
}

TEST(ScanCommand, SignatureIsJudgedForThePlatformAskedAbout) {
  if (!has_demo_apps()) GTEST_SKIP() << "demo apps not built: aapt, smali or apksigner missing";
  const auto schemes = [](const std::string& level) {
    const Ran ran = run({"--json", "--sdk", level, "build/demo-apps/notes.apk"});
    const Result<json::object> scanned = parse_json_object(ran.out);
    const json::object* signature = scanned.ok() ? get_object(*scanned, "signature") : nullptr;
    return signature == nullptr ? std::vector<std::string>() : get_strings(*signature, "schemes");
  };
  EXPECT_THAT(schemes("23"), testing::ElementsAre("v1"));
  EXPECT_THAT(schemes("24"), testing::ElementsAre("v2"));
  EXPECT_THAT(schemes("28"), testing::ElementsAre("v3"));
  EXPECT_EQ(run({"--sdk", "x", "build/demo-apps/notes.apk"}).status, 2);
  EXPECT_EQ(run({"--sdk", "0", "build/demo-apps/notes.apk"}).status, 2);
}

TEST(ScanCommand, IosAppsAndProfilesAreKnownByTheirContent) {
  if (!std::filesystem::exists("build/demo-ios/unsigned.ipa"))
    GTEST_SKIP() << "demo apps not built: openssl missing";
  const Ran ran = run({"--json", "build/demo-ios/enterprise.ipa",
                       "build/demo-ios/hostile.mobileconfig", "build/demo-ios/wifi.mobileconfig"});
  EXPECT_EQ(ran.status, 1) << ran.err;
  std::istringstream lines(ran.out);
  const auto next = [&] {
    std::string line;
    std::getline(lines, line);
    return parse_json_object(line).value_or({});
  };
  const json::object app = next();
  EXPECT_EQ(get_string(app, "platform"), "ios");
  EXPECT_EQ(get_string(app, "verdict"), "suspicious");
  const json::object hostile = next();
  EXPECT_EQ(get_string(hostile, "kind"), "profile");
  EXPECT_EQ(get_string(hostile, "identifier"), "org.example.profile");
  EXPECT_EQ(get_string(hostile, "verdict"), "malicious");
  EXPECT_EQ(get_string(next(), "verdict"), "clean");
  const Ran text = run({"build/demo-ios/wifi.mobileconfig"});
  EXPECT_EQ(text.status, 0);
  EXPECT_THAT(text.out, HasSubstr("configuration profile org.example.profile"));
}

TEST(ScanCommand, WhatIsNoPackageIsOneLineAndExitTwo) {
  const Ran ran = run({"README.md", "no-such-file.apk"});
  EXPECT_EQ(ran.status, 2);
  EXPECT_EQ(ran.out, "");
  EXPECT_THAT(ran.err, HasSubstr("not an app package"));
  EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 2);
}

TEST(ScanCommand, WhatIsNoPackageIsAnObjectInJson) {
  const Ran ran = run({"--json", "README.md", "no-such-file.apk"});
  EXPECT_EQ(ran.status, 2);
  EXPECT_EQ(ran.err, "");
  std::istringstream lines(ran.out);
  for (const std::string path : {"README.md", "no-such-file.apk"}) {
    std::string line;
    std::getline(lines, line);
    const Result<json::object> object = parse_json_object(line);
    ASSERT_TRUE(object.ok()) << ran.out;
    EXPECT_EQ(get_string(*object, "path"), path);
    EXPECT_EQ(get_string(*object, "verdict"), "error");
    EXPECT_THAT(get_string(*object, "error").value_or(""), HasSubstr(path));
  }
}

TEST(ScanCommand, RulesOfYaraFindWhatTheySayOrAreNamedWithTheirLine) {
  namespace fs = std::filesystem;
  const fs::path folder =
      fs::temp_directory_path() / ("bartizan_scan_" + std::to_string(::getpid()));
  fs::create_directories(folder / "rules");
  const std::string app = (folder / "own.apk").string();
  std::ofstream(app, std::ios::binary)
      << parse::build_zip({parse::stored("AndroidManifest.xml", "none"),
                           parse::stored("assets/page.html", "post to cards.example")});
  std::ofstream(folder / "rules/lures.yar")
      << "rule Lure { strings: $a = \"cards.example\" condition: $a }\n";
  const Ran found = run({"--json", "--yara", (folder / "rules").string(), app});
  EXPECT_EQ(found.status, 1) << found.err;
  EXPECT_THAT(found.out, HasSubstr("\"rule\":\"Lure\",\"file\":\"yara/lures.yar\""));
  EXPECT_THAT(found.out, HasSubstr("\"threat\":\"app.yara_match\""));
  EXPECT_THAT(run({"--json", app}).out, HasSubstr("\"yara\":null"));

  std::ofstream(folder / "rules/more.yar") << "\nrule Broken { condition: $a }\n";
  const Ran broken = run({"--yara", (folder / "rules").string(), app});
  EXPECT_EQ(broken.status, 2);
  EXPECT_EQ(broken.err, "bartizan scan: yara/more.yar:2: undefined string \"$a\"\n");
  EXPECT_EQ(broken.out, "");
  EXPECT_EQ(run({"--yara", (folder / "none").string(), app}).status, 2);
  fs::remove_all(folder);
}

TEST(ScanCommand, WrongUseIsExitTwoAndHelpIsZero) {
  EXPECT_EQ(run({}).status, 2);
  EXPECT_EQ(run({"--no-such-option", "x"}).status, 2);
  EXPECT_EQ(run({"--installer"}).status, 2);
  const Ran help = run({"--help"});
  EXPECT_EQ(help.status, 0);
  EXPECT_THAT(help.out, HasSubstr("Examples:"));
}

}  // namespace
}  // namespace bartizan::cli
