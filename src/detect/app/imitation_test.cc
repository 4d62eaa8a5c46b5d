#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/file.h"
#include "base/image_hash.h"
#include "detect/app/judged_app.h"
#include "detect/app/scan.h"
#include "parse/axml/axml_builder.h"
#include "parse/dex/dex_builder.h"
#include "parse/zip/zip_builder.h"

namespace bartizan::detect {
namespace {

using testing::Contains;
using testing::Field;
using testing::Not;

const intel::Content& content() {
  static const std::shared_ptr<const intel::Content> loaded =
      intel::Content::load("content").value();
  return *loaded;
}

Context context() { return {.content = content(), .evaluated_at = from_millis(0)}; }

std::optional<JudgedApp> judged(const std::filesystem::path& path) {
  const Result<MappedFile> file = MappedFile::open(path);
  if (!file.ok()) return std::nullopt;
  Result<AppReport> report = scan_app(file->bytes(), content());
  if (!report.ok()) return std::nullopt;
  return judge_app(std::move(report).value(), std::nullopt, context());
}

// A picture of two halves.
std::string icon(bool left) {
  ImageHash out{.shape = left ? 0x0f0f0f0f0f0f0f0f : 0xf0f0f0f0f0f0f0f0};
  for (std::size_t i = 0; i < out.colors.size(); ++i)
    out.colors[i] = (i / 12 % 2 == 0) == left ? 15 : 0;
  return to_string(out);
}

class KnownIcon : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const std::filesystem::path folder =
        std::filesystem::temp_directory_path() / ("bartizan_icons_" + std::to_string(::getpid()));
    std::filesystem::copy("content", folder, std::filesystem::copy_options::recursive);
    std::ofstream(folder / "known_apps/known_apps.yaml")
        << "installers: [com.android.vending]\napps:\n"
        << "  - {name: Example Bank, labels: [Example Bank], packages: [com.example.bank],"
        << " family: [com.example.], signers: [" << std::string(64, 'a') << "],"
        << " icons: [" << icon(true) << "]}\n";
    auto loaded = intel::Content::load(folder);
    std::filesystem::remove_all(folder);
    ASSERT_TRUE(loaded.ok()) << loaded.error().message;
    own = *loaded;
  }
  static void TearDownTestSuite() { own.reset(); }

  // "high 90" of app.imitation; empty: it is not found.
  static std::string imitation(json::object more, const std::string& icon_hash = icon(true)) {
    json::object body{{"package", "net.fast.app"},
                      {"label", "Torch"},
                      {"icon_hash", icon_hash},
                      {"signature", "verified"},
                      {"signers", {std::string(64, 'b')}}};
    for (const auto& member : more) body[member.key()] = member.value();
    const Observation observation{.id = "1", .kind = "app.installed", .body = std::move(body)};
    const Context with{.content = *own, .evaluated_at = from_millis(0)};
    for (const Finding& finding : detect(observation, with).findings) {
      if (finding.threat == "app.imitation")
        return std::string(to_string(finding.severity)) + " " + std::to_string(finding.confidence);
    }
    return "";
  }

  static std::shared_ptr<const intel::Content> own;
};
std::shared_ptr<const intel::Content> KnownIcon::own;

TEST_F(KnownIcon, OnAnotherPackageOfAnotherSignerIsAFinding) {
  EXPECT_EQ(imitation({}), "medium 60");
  EXPECT_EQ(imitation({{"installer", "com.android.vending"}}), "low 50");
  EXPECT_EQ(imitation({}, icon(false)), "");
  EXPECT_EQ(imitation({}, ""), "");
  EXPECT_EQ(imitation({{"system_app", true}}), "");
}

TEST_F(KnownIcon, WithALabelOrPackageThatImitatesItIsDeceit) {
  EXPECT_EQ(imitation({{"label", "Example Bank"}}), "high 90");
  EXPECT_EQ(imitation({{"label", "Example Bank"}}, icon(false)), "medium 75");
  EXPECT_EQ(imitation({{"package", "mod.com.example.bank"}}), "high 90");
  EXPECT_EQ(imitation({{"label", "Example Bank"}, {"installer", "com.android.vending"}}),
            "medium 70");
}

TEST_F(KnownIcon, TheMakersOwnAppsMayLookAlike) {
  EXPECT_EQ(imitation({{"signers", {std::string(64, 'a')}}}), "");
  EXPECT_EQ(imitation({{"package", "com.example.insurance"}}), "");
  EXPECT_EQ(imitation({{"signers", {std::string(64, 'a')}}, {"signature", "rejected"}}),
            "medium 60");
  EXPECT_EQ(imitation({{"package", "com.example.bank"}, {"signers", {std::string(64, 'a')}}}), "");
}

// From the file of an app to the finding: the demo's app under a label of somebody else's.
TEST(Imitation, TheLabelInAFileIsJudged) {
  const std::string bytes = read_file("build/demo-apps/notes.apk", 1 << 20).value_or("");
  if (bytes.empty()) GTEST_SKIP() << "demo apps not built: aapt, smali or apksigner missing";
  Result<AppReport> report = scan_app(as_bytes(bytes), content());
  ASSERT_TRUE(report.ok());
  EXPECT_THAT(judge_app(*report, std::nullopt, context()).findings,
              Not(Contains(Field(&Finding::threat, "app.imitation"))));
  report->manifest->label = "Tele\u200bgram";
  EXPECT_THAT(judge_app(*report, std::nullopt, context()).findings,
              Contains(Field(&Finding::threat, "app.imitation")));
  report->manifest->package = "org.telegram.messenger";
  const JudgedApp repackaged = judge_app(*report, std::nullopt, context());
  EXPECT_THAT(repackaged.findings, Contains(Field(&Finding::threat, "app.repackaged")));
  EXPECT_EQ(repackaged.verdict(), AppVerdict::kMalicious);
  report->phone_signature.lineage = {
      "49c1522548ebacd46ce322b6fd47f6092bb745d0f88082145caf35e14dcc38e1",
      report->phone_signature.signers[0].sha256};
  EXPECT_THAT(judge_app(*report, std::nullopt, context()).findings,
              Not(Contains(Field(&Finding::threat, "app.repackaged"))));
}

// The platform wants attributes in the order of their ids.
std::string app_with_labels() {
  constexpr std::uint32_t kName = 0x01010003;
  constexpr std::uint32_t kLabel = 0x01010001;
  constexpr std::uint32_t kEnabled = 0x0101000e;
  using A = parse::AxmlBuilder;
  A xml;
  const auto launcher = [&](const char* kind, std::vector<A::Attribute> attributes) {
    xml.start(kind, attributes);
    xml.start("intent-filter", {A::text(kLabel, "label", "Of a filter")});
    xml.start("action", {A::text(kName, "name", "android.intent.action.MAIN")});
    xml.end("action");
    xml.start("category", {A::text(kName, "name", "android.intent.category.LAUNCHER")});
    xml.end("category");
    xml.end("intent-filter");
    xml.end(kind);
  };
  xml.start("manifest", {A::text(0, "package", "net.fast.chat")});
  xml.start("application", {A::text(kLabel, "label", "Helper")});
  launcher("activity", {A::text(kLabel, "label", "Helper"), A::text(kName, "name", ".Main")});
  launcher("activity-alias", {A::text(kLabel, "label", "Gmail"), A::text(kName, "name", ".Later"),
                              A::Attribute{kEnabled, "enabled", 0x12, 0, {}}});
  xml.start("activity", {A::text(kLabel, "label", "PayPal"), A::text(kName, "name", ".Inner")});
  xml.end("activity");
  xml.end("application");
  xml.end("manifest");
  return parse::build_zip({parse::deflated("AndroidManifest.xml", xml.build()),
                           parse::deflated("classes.dex", parse::DexBuilder({}).build())});
}

TEST(Imitation, TheNamesTheLauncherMayShowAreJudgedAndNoOthers) {
  const std::string bytes = app_with_labels();
  Result<AppReport> report = scan_app(as_bytes(bytes), content());
  ASSERT_TRUE(report.ok());
  EXPECT_THAT(report->other_labels, testing::ElementsAre("Of a filter", "Gmail"));
  const JudgedApp app = judge_app(std::move(report).value(), std::nullopt, context());
  std::string imitated;
  for (const Finding& finding : app.findings)
    if (finding.threat == "app.imitation") imitated += finding.summary + ";";
  EXPECT_EQ(imitated, "net.fast.chat pretends to be Gmail;");
}

TEST(ImitationCorpus, RealAppsImitateNobody) {
  const char* corpus = std::getenv("BARTIZAN_CORPUS");
  if (corpus == nullptr) GTEST_SKIP() << "corpus not present";
  int files = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(corpus) / "apk/real")) {
    const std::optional<JudgedApp> app = judged(entry.path());
    ASSERT_TRUE(app.has_value()) << entry.path();
    for (const Finding& finding : app->findings) {
      EXPECT_NE(finding.threat, "app.imitation") << entry.path();
      EXPECT_NE(finding.threat, "app.repackaged") << entry.path();
    }
    ++files;
  }
  EXPECT_EQ(files, 9);
}

}  // namespace
}  // namespace bartizan::detect
