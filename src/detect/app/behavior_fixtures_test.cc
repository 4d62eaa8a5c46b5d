// The harmless apps of tests/fixtures/behaviors, scanned: each shows exactly the behaviours that
// its text says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <map>
#include <sstream>

#include "base/file.h"
#include "detect/app/judged_app.h"
#include "detect/app/scan.h"
#include "intel/behavior.h"
#include "parse/macho/macho_builder.h"
#include "parse/zip/zip_builder.h"

namespace bartizan::detect {
namespace {

namespace fs = std::filesystem;

struct Fixture {
  std::string group;
  std::string name;                          // "messages-positive", as the APK is called
  std::map<std::string, std::string> finds;  // behaviour -> "Inbox->run", or "" for any place
  std::vector<std::string> misses;
  std::string
      ios;  // the package of an app for iOS, made here; empty: tools/build_behavior_apps did
};

const intel::Content& content() {
  static const auto loaded = intel::Content::load("content");
  EXPECT_TRUE(loaded.ok()) << (loaded.ok() ? "" : loaded.error().message);
  return **loaded;
}

std::string plist(const std::string& members) {
  return "<?xml version=\"1.0\"?><plist version=\"1.0\"><dict>" + members + "</dict></plist>";
}
std::string key_of(const std::string& key) { return "<key>" + key + "</key>"; }
std::string texts(const std::vector<std::string>& items) {
  std::string out = "<array>";
  for (const std::string& item : items) out += "<string>" + item + "</string>";
  return out + "</array>";
}

// An unsigned-by-anybody IPA of the lines that tests/fixtures/behaviors/README.md tells of.
std::string ios_package(const fs::path& path) {
  std::string bundle, descriptions, entitlements;
  std::vector<std::string> modes, imports = {"_main"};
  std::istringstream lines(read_file(path, 1 << 20).value_or(""));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream rest(line);
    std::string word;
    rest >> word;
    const std::vector<std::string> items{std::istream_iterator<std::string>(rest), {}};
    if (word == "ios") bundle = items.at(0);
    if (word == "background") modes.insert(modes.end(), items.begin(), items.end());
    if (word == "import") imports.insert(imports.end(), items.begin(), items.end());
    if (word == "entitlement")
      entitlements += key_of(items.at(0)) + texts({items.begin() + 1, items.end()});
    if (word != "plist") continue;
    for (const std::string& key : items) descriptions += key_of(key) + "<string>why</string>";
  }
  const std::string info = plist(key_of("CFBundleIdentifier") + "<string>" + bundle + "</string>" +
                                 key_of("CFBundleExecutable") + "<string>App</string>" +
                                 key_of("UIBackgroundModes") + texts(modes) + descriptions);
  const std::string code = parse::build_macho({.imports = imports,
                                               .identifier = bundle,
                                               .entitlements = plist(entitlements),
                                               .info_plist = info});
  return parse::build_zip({parse::stored("Payload/App.app/Info.plist", info),
                           parse::stored("Payload/App.app/App", code)});
}

Fixture read_fixture(const fs::path& path) {
  Fixture out{.group = path.parent_path().filename().string(),
              .name = {},
              .finds = {},
              .misses = {},
              .ios = {}};
  out.name = out.group + "-" + path.stem().string();
  std::istringstream lines(read_file(path, 1 << 20).value_or(""));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string word, id, at, place;
    words >> word >> id >> at >> place;
    if (word == "finds") out.finds[id] = place;
    if (word == "misses") out.misses.push_back(id.substr(0, id.find(':')));
    if (word == "ios") out.ios = ios_package(path);
  }
  return out;
}

std::vector<Fixture> fixtures() {
  std::vector<Fixture> out;
  for (const auto& entry : fs::recursive_directory_iterator("tests/fixtures/behaviors")) {
    if (entry.path().extension() == ".app") out.push_back(read_fixture(entry.path()));
  }
  std::sort(out.begin(), out.end(),
            [](const Fixture& a, const Fixture& b) { return a.name < b.name; });
  return out;
}

bool apps_are_built() { return fs::exists("build/behavior-apps/messages-positive.apk"); }

// Whether the evidence names the method: "Inbox->run" of whatever package the app has.
bool shows_at(const ShownBehavior& behavior, const std::string& place) {
  const std::size_t arrow = place.find("->");
  const std::string wanted = "/" + place.substr(0, arrow) + ";" + place.substr(arrow) + "(";
  return std::any_of(behavior.evidence.begin(), behavior.evidence.end(), [&](const auto& evidence) {
    return evidence.where.find(wanted) != std::string::npos;
  });
}

void expect_behaviors(const Fixture& fixture, const std::string& file) {
  SCOPED_TRACE(fixture.name);
  const Result<AppReport> report = scan_app(as_bytes(file), content());
  ASSERT_TRUE(report.ok()) << report.error().message;
  std::vector<std::string> wanted;
  for (const auto& [id, place] : fixture.finds) wanted.push_back(id);
  std::vector<std::string> found;
  for (const ShownBehavior& behavior : report->behaviors) {
    found.push_back(behavior.id);
    const auto expected = fixture.finds.find(behavior.id);
    if (expected == fixture.finds.end() || expected->second.empty()) continue;
    EXPECT_TRUE(shows_at(behavior, expected->second))
        << behavior.id << " at " << expected->second << ", and not "
        << behavior.evidence.back().where;
  }
  EXPECT_EQ(found, wanted);
  for (const std::string& id : fixture.misses) EXPECT_EQ(fixture.finds.count(id), 0u) << id;
}

TEST(BehaviorFixtures, ShowExactlyTheBehavioursTheySay) {
  if (!apps_are_built()) GTEST_SKIP() << "apps not built: aapt or smali missing";
  for (const Fixture& fixture : fixtures()) {
    if (!fixture.ios.empty()) continue;
    const auto file = read_file("build/behavior-apps/" + fixture.name + ".apk", 1 << 20);
    ASSERT_TRUE(file.ok()) << file.error().message;
    expect_behaviors(fixture, *file);
  }
}

TEST(BehaviorFixtures, SoDoThoseForIos) {
  int apps = 0;
  for (const Fixture& fixture : fixtures()) {
    if (fixture.ios.empty()) continue;
    expect_behaviors(fixture, fixture.ios);
    ++apps;
  }
  EXPECT_EQ(apps, 3);
}

// Without the tools that build the apps, this much of the expectations is still checked.
TEST(BehaviorFixtures, EveryBehaviourHasOneThatShowsItAndOneThatNearlyDoes) {
  std::map<std::string, int> finds, misses;
  for (const Fixture& fixture : fixtures()) {
    for (const auto& [id, place] : fixture.finds) ++finds[id];
    for (const std::string& id : fixture.misses) ++misses[id];
  }
  for (const auto* counts : {&finds, &misses}) {
    for (const auto& [id, count] : *counts)
      EXPECT_NE(content().behaviors().find(id), nullptr) << "unknown behaviour " << id;
  }
  for (const intel::Behavior& behavior : content().behaviors().all()) {
    EXPECT_GT(finds[behavior.id], 0) << behavior.id;
    EXPECT_GT(misses[behavior.id], 0) << behavior.id;
  }
}

// What real apps can do is a matter of fact; that they are no threat is what is asked here.
TEST(BehaviorCorpus, RealAppsAreNotAccused) {
  const char* corpus = std::getenv("BARTIZAN_CORPUS");
  if (corpus == nullptr) GTEST_SKIP() << "corpus not present";
  int files = 0;
  int with_behaviors = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(corpus) / "apk/real")) {
    const Result<MappedFile> file = MappedFile::open(entry.path());
    ASSERT_TRUE(file.ok());
    Result<AppReport> report = scan_app(file->bytes(), content());
    ASSERT_TRUE(report.ok()) << entry.path();
    const JudgedApp app = judge_app(std::move(report).value(), std::nullopt,
                                    {.content = content(), .evaluated_at = from_millis(0)});
    for (const Finding& finding : app.findings)
      EXPECT_LE(finding.severity, Severity::kLow) << entry.path() << ": " << finding.summary;
    with_behaviors += app.report.behaviors.empty() ? 0 : 1;
    ++files;
  }
  EXPECT_GE(with_behaviors, 6) << "apps that can do nothing were not read";
  EXPECT_EQ(files, 9);
}

}  // namespace
}  // namespace bartizan::detect
