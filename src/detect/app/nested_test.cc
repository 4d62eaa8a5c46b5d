#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "detect/app/nested.h"
#include "detect/app/scan.h"
#include "parse/elf/elf_builder.h"
#include "parse/zip/zip_builder.h"

namespace bartizan::detect {
namespace {

using parse::build_zip;
using parse::deflated;
using parse::stored;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

const intel::Content& content() {
  static const std::shared_ptr<const intel::Content> loaded =
      intel::Content::load("content").value();
  return *loaded;
}

// Made by tools/build_apps --fuzz-corpus.
std::string file(const std::string& path) { return read_file(path, 1 << 20).value_or(""); }
std::string manifest() { return file("fuzz/corpus/axml/banker.xml"); }
std::string dex() { return file("fuzz/corpus/dex/notes.dex"); }

AppReport scanned(const std::vector<parse::BuiltEntry>& entries) {
  const std::string bytes = build_zip(entries);
  Result<AppReport> report = scan_app(as_bytes(bytes), content());
  EXPECT_TRUE(report.ok()) << (report.ok() ? "" : report.error().message);
  return report.ok() ? std::move(report).value() : AppReport{};
}

std::vector<parse::BuiltEntry> package() {
  return {deflated("AndroidManifest.xml", manifest()), deflated("classes.dex", dex())};
}
std::vector<parse::BuiltEntry> package_with(parse::BuiltEntry entry) {
  std::vector<parse::BuiltEntry> out = package();
  out.push_back(std::move(entry));
  return out;
}

std::vector<std::string> nested_ids(const AppReport& report) {
  std::vector<std::string> out;
  for (const std::string& id : parse::anomaly_ids(report.anomalies)) {
    if (id.starts_with("nested.")) out.push_back(id);
  }
  return out;
}

TEST(Nested, AnOrdinaryPackageHoldsNothing) {
  const AppReport report =
      scanned(package_with(deflated("res/a.png", "\x89PNG" + std::string(500, 'x'))));
  EXPECT_THAT(nested_ids(report), IsEmpty());
  EXPECT_THAT(report.nested, IsEmpty());
}

TEST(Nested, CodeUnderTheNameOfAPicture) {
  for (const bool packed : {true, false}) {
    const AppReport report = scanned(package_with(packed ? deflated("assets/logo.PNG", dex())
                                                         : stored("assets/logo.PNG", dex())));
    EXPECT_THAT(nested_ids(report), ElementsAre("nested.dex_hidden", "nested.disguised"));
    ASSERT_EQ(report.nested.size(), 1u);
    EXPECT_EQ(report.nested[0].path, "assets/logo.PNG");
    EXPECT_EQ(report.nested[0].kind, "dex");
    EXPECT_EQ(report.nested[0].size, dex().size());
    EXPECT_TRUE(report.nested[0].disguised);
  }
}

TEST(Nested, PackagesInsidePackages) {
  const std::string jar = build_zip({deflated("classes.dex", dex())});
  const AppReport report = scanned(
      package_with(deflated("res/raw/update", build_zip(package_with(deflated("a/b.jar", jar))))));
  EXPECT_THAT(nested_ids(report), ElementsAre("nested.apk", "nested.jar"));
  std::vector<std::string> paths;
  for (const NestedFile& nested : report.nested) paths.push_back(nested.kind + " " + nested.path);
  EXPECT_THAT(paths,
              ElementsAre("apk res/raw/update", "dex res/raw/update!classes.dex",
                          "jar res/raw/update!a/b.jar", "dex res/raw/update!a/b.jar!classes.dex"));
}

TEST(Nested, DepthIsBounded) {
  std::string inner = build_zip(package());
  for (int i = 0; i < 8; ++i) inner = build_zip({deflated("next.zip", inner)});
  const AppReport report = scanned(package_with(deflated("assets/a.zip", inner)));
  EXPECT_THAT(nested_ids(report), ElementsAre("nested.limit"));
}

TEST(Nested, NativeLibrariesInTheirPlaceAndOutside) {
  const std::string library = parse::build_elf();
  std::vector<parse::BuiltEntry> entries =
      package_with(deflated("lib/arm64-v8a/libnotes.so", library));
  entries.push_back(deflated("assets/data.bin", parse::build_elf({.code_flags = 7})));
  const AppReport report = scanned(entries);
  ASSERT_EQ(report.native.size(), 2u);
  EXPECT_EQ(report.native[0].abi, "arm64-v8a");
  EXPECT_TRUE(report.native[0].hardening.stack_protector);
  EXPECT_TRUE(report.native[1].hardening.writable_code);
  EXPECT_THAT(nested_ids(report), ElementsAre("nested.elf_hidden"));
  EXPECT_THAT(parse::anomaly_ids(report.anomalies), Contains("elf.writable_code"));
  ASSERT_EQ(report.nested.size(), 1u);
  EXPECT_EQ(report.nested[0].path, "assets/data.bin");
}

TEST(Nested, TheBaseOfABundleIsTheAppAndItsSplitsAddCode) {
  const std::string base = build_zip(package());
  const std::string split = build_zip(
      {deflated("classes.dex", dex()), deflated("lib/x86_64/liba.so", parse::build_elf())});
  const AppReport report = scanned({stored("splits/base-x86_64.apk", split),
                                    stored("splits/base-master.apk", base), stored("toc.pb", "x")});
  EXPECT_EQ(report.container_base, "splits/base-master.apk");
  ASSERT_TRUE(report.manifest.has_value());
  EXPECT_FALSE(report.manifest->package.empty());
  EXPECT_GT(report.size, base.size() + split.size());
  ASSERT_EQ(report.native.size(), 1u);
  EXPECT_EQ(report.native[0].path, "splits/base-x86_64.apk!lib/x86_64/liba.so");
  EXPECT_THAT(nested_ids(report), Not(Contains("nested.apk")));
}

TEST(Nested, OfABundleWithoutABaseNameTheLargestThatIsNoSplitIsTheApp) {
  const std::string base = build_zip(package_with(deflated("a", "b")));
  const AppReport report =
      scanned({stored("config.arm64_v8a.apk",
                      build_zip(package_with(stored("big", std::string(9999, 'x'))))),
               stored("org.example.apk", base), stored("manifest.json", "{}")});
  EXPECT_EQ(report.container_base, "org.example.apk");
}

TEST(Nested, ASplitThatIsNoArchiveIsNamed) {
  const AppReport report =
      scanned({stored("base.apk", build_zip(package())), stored("config.de.apk", "nothing")});
  EXPECT_THAT(parse::anomaly_ids(report.anomalies), Contains("apk.unreadable_split"));
}

}  // namespace
}  // namespace bartizan::detect
