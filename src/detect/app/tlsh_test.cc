// Code that is nearly the same as that of a known app.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/file.h"
#include "detect/app/judged_app.h"
#include "detect/app/report_json.h"
#include "detect/app/scan.h"
#include "parse/dex/dex_builder.h"
#include "parse/zip/zip_builder.h"

namespace bartizan::detect {
namespace {

namespace fs = std::filesystem;

// An app whose classes are numbered from `first` on.
std::string app_of(int first, bool broken = false) {
  std::vector<parse::TestClass> classes;
  for (int i = first; i < first + 60; ++i) {
    const std::string name =
        "Lorg/example/part" + std::to_string(i % 7) + "/Class" + std::to_string(i * i) + ";";
    classes.push_back({.type = name,
                       .methods = {{"run" + std::to_string(i) + "()V",
                                    1,
                                    {parse::const_class(name), parse::return_void()}}}});
  }
  std::vector<parse::BuiltEntry> entries = {
      parse::deflated("AndroidManifest.xml",
                      read_file("fuzz/corpus/axml/banker.xml", 1 << 20).value_or("")),
      parse::deflated("classes.dex", parse::DexBuilder(classes).build())};
  if (broken) entries[1].data.resize(entries[1].data.size() / 2);
  return parse::build_zip(entries);
}

const intel::Content& shipped() {
  static const std::shared_ptr<const intel::Content> loaded =
      intel::Content::load("content").value();
  return *loaded;
}

JudgedApp judged(const std::string& bytes, const intel::Content& content, bool tlsh = true) {
  Result<AppReport> report = scan_app(as_bytes(bytes), content, {.tlsh = tlsh});
  EXPECT_TRUE(report.ok()) << (report.ok() ? "" : report.error().message);
  return judge_app(report.ok() ? std::move(report).value() : AppReport{}, std::nullopt,
                   {.content = content, .evaluated_at = from_millis(0)});
}

TEST(CodeDigest, IsComputedWhereAskedForAndOfWholeCodeAlone) {
  const JudgedApp with = judged(app_of(0), shipped());
  ASSERT_TRUE(with.report.tlsh.has_value());
  EXPECT_EQ(report_json(with).at("tlsh").as_string(), to_string(*with.report.tlsh));
  EXPECT_TRUE(report_json(judged(app_of(0), shipped(), false)).at("tlsh").is_null());
  EXPECT_FALSE(judged(app_of(0), shipped(), false).observation_body.contains("tlsh"));
  EXPECT_TRUE(report_json(judged(app_of(0, true), shipped())).at("tlsh").is_null());
}

TEST(CodeDigest, CodeNearAKnownOneIsAFindingAndOtherCodeIsNot) {
  const std::string digest = to_string(*judged(app_of(0), shipped()).report.tlsh);
  const fs::path folder =
      fs::temp_directory_path() / ("bartizan_tlsh_" + std::to_string(::getpid()));
  fs::copy("content", folder, fs::copy_options::recursive);
  std::ofstream(folder / "intel/own.tsv")
      << "# source: our response\n# distance: 40\ntlsh\t" << digest << "\tmalware\tFamilyX\n";
  const auto own = intel::Content::load(folder);
  fs::remove_all(folder);
  ASSERT_TRUE(own.ok()) << own.error().message;
  const auto near = [&](int first) {
    for (const Finding& finding : judged(app_of(first), **own).findings) {
      if (finding.threat == "app.known_malware") return finding.summary;
    }
    return std::string();
  };
  EXPECT_THAT(near(0), testing::HasSubstr("is nearly the same as FamilyX (our response)"));
  EXPECT_THAT(near(1), testing::HasSubstr("is nearly the same as FamilyX"));
  EXPECT_EQ(near(5000), "");
  for (const Finding& finding : judged(app_of(1), **own).findings) {
    if (finding.threat != "app.known_malware") continue;
    EXPECT_EQ(finding.severity, Severity::kHigh);
    EXPECT_EQ(finding.evidence[0].fact, "tlsh");
  }
}

}  // namespace
}  // namespace bartizan::detect
