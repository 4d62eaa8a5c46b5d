#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/file.h"
#include "detect/app/judged_app.h"
#include "detect/app/scan.h"

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
