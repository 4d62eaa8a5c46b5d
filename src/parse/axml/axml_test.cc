#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "base/file.h"
#include "parse/axml/axml_builder.h"
#include "parse/axml/parser.h"
#include "parse/zip/parser.h"

namespace bartizan::parse {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

// <manifest package="org.example" versionCode="7"> with one permission and a launcher activity.
void write_manifest(AxmlBuilder& xml) {
  xml.start("manifest", {AxmlBuilder::text(0, "package", "org.example"),
                         AxmlBuilder::number(0x0101021b, "versionCode", 7)});
  xml.start("uses-permission",
            {AxmlBuilder::text(0x01010003, "name", "android.permission.CAMERA")});
  xml.end("uses-permission");
  xml.start("application", {AxmlBuilder::text(0x01010001, "label", "Example"),
                            {0x0101000f, "debuggable", 0x12, 0xffffffff, {}}});
  xml.start("activity", {AxmlBuilder::text(0x01010003, "name", ".Main"),
                         {0x01010010, "exported", 0x12, 0xffffffff, {}}});
  xml.start("intent-filter");
  xml.start("action", {AxmlBuilder::text(0x01010003, "name", "android.intent.action.MAIN")});
  xml.end("action");
  xml.start("category",
            {AxmlBuilder::text(0x01010003, "name", "android.intent.category.LAUNCHER")});
  xml.end("category");
  xml.end("intent-filter");
  xml.end("activity");
  xml.end("application");
  xml.end("manifest");
}

TEST(Manifest, FactsOfAnHonestFile) {
  AxmlBuilder xml;
  write_manifest(xml);
  const std::string file = xml.build();
  const Result<AndroidManifest> manifest = parse_manifest(as_bytes(file));
  ASSERT_TRUE(manifest.ok()) << manifest.error().message;
  EXPECT_EQ(manifest->package, "org.example");
  EXPECT_EQ(manifest->version_code, 7);
  EXPECT_THAT(manifest->permissions, ElementsAre("android.permission.CAMERA"));
  EXPECT_EQ(manifest->label, "Example");
  EXPECT_TRUE(manifest->debuggable);
  ASSERT_EQ(manifest->components.size(), 1u);
  EXPECT_EQ(manifest->components[0].name, "org.example.Main");
  EXPECT_EQ(manifest->components[0].exported, true);
  EXPECT_TRUE(manifest->has_launcher_icon());
  EXPECT_THAT(manifest->anomalies, IsEmpty());
  EXPECT_FALSE(manifest->truncated);
}

TEST(Manifest, WhatThePlatformToleratesIsToleratedAndReported) {
  AxmlBuilder xml;
  xml.root_type = 0;
  xml.attribute_size = 24;
  xml.raw_chunk(0x7777, 8, 12);
  write_manifest(xml);
  xml.raw_chunk(0x0101, 16, 0);
  const std::string file = xml.build() + "more";
  const Result<AndroidManifest> manifest = parse_manifest(as_bytes(file));
  ASSERT_TRUE(manifest.ok()) << manifest.error().message;
  EXPECT_EQ(manifest->package, "org.example");
  EXPECT_TRUE(manifest->has_launcher_icon());
  EXPECT_FALSE(manifest->truncated);
  EXPECT_THAT(anomaly_ids(manifest->anomalies),
              ElementsAre("axml.after_root", "axml.attribute_size", "axml.unknown_chunk",
                          "axml.wrong_file_size", "axml.wrong_root_type"));
}

TEST(Manifest, AttributesGoByResourceIdAndNotByName) {
  AxmlBuilder xml;
  xml.start("manifest", {AxmlBuilder::text(0, "package", "org.example"),
                         AxmlBuilder::number(0x0101021b, "versionName", 7)});
  xml.end("manifest");
  const std::string file = xml.build();
  const Result<AndroidManifest> manifest = parse_manifest(as_bytes(file));
  ASSERT_TRUE(manifest.ok());
  EXPECT_EQ(manifest->version_code, 7);
  EXPECT_EQ(manifest->version_name, "");
  EXPECT_THAT(anomaly_ids(manifest->anomalies), Contains("axml.attribute_name_lies"));
}

TEST(Manifest, CutOffDocumentSaysSo) {
  AxmlBuilder xml;
  write_manifest(xml);
  const std::string file = xml.build();
  const Result<AndroidManifest> manifest =
      parse_manifest(as_bytes(std::string_view(file).substr(0, file.size() - 60)));
  ASSERT_TRUE(manifest.ok());
  EXPECT_TRUE(manifest->truncated);
  EXPECT_EQ(manifest->package, "org.example");
}

TEST(Manifest, DepthIsCapped) {
  AxmlBuilder xml;
  xml.start("manifest", {AxmlBuilder::text(0, "package", "org.example")});
  for (int i = 0; i < 1000; ++i) xml.start("x");
  const std::string file = xml.build();
  const Result<AndroidManifest> manifest = parse_manifest(as_bytes(file));
  ASSERT_TRUE(manifest.ok());
  EXPECT_TRUE(manifest->truncated);
  EXPECT_THAT(anomaly_ids(manifest->anomalies), Contains("axml.depth"));
}

TEST(Manifest, WhatIsNoManifestIsAnError) {
  EXPECT_FALSE(parse_manifest(as_bytes("")).ok());
  EXPECT_FALSE(parse_manifest(as_bytes("<manifest package='x'/>")).ok());
  AxmlBuilder xml;
  xml.start("resources");
  xml.end("resources");
  const std::string file = xml.build();
  EXPECT_FALSE(parse_manifest(as_bytes(file)).ok());
}

struct Manifested {
  Result<AndroidManifest> manifest;
  std::vector<std::string> anomalies;  // of the archive, the entry and the manifest
};
Manifested manifest_of(const std::filesystem::path& path) {
  const Result<MappedFile> file = MappedFile::open(path);
  if (!file.ok()) return {file.error(), {}};
  const Result<ZipArchive> archive = parse_zip(file->bytes());
  if (!archive.ok()) return {archive.error(), {}};
  std::vector<Anomaly> anomalies = archive->anomalies;
  const ZipEntry* entry = archive->find("AndroidManifest.xml");
  if (entry == nullptr) return {Error{ErrorCode::kNotFound, "no manifest"}, anomaly_ids(anomalies)};
  const ZipContent content = read_zip_entry(*archive, *entry, kMaxAxmlBytes);
  Result<AndroidManifest> manifest = parse_manifest(content.bytes);
  anomalies.insert(anomalies.end(), content.anomalies.begin(), content.anomalies.end());
  if (manifest.ok())
    anomalies.insert(anomalies.end(), manifest->anomalies.begin(), manifest->anomalies.end());
  return {std::move(manifest), anomaly_ids(anomalies)};
}

// The tricks of apkInspector's samples: the manifest is recovered and the trick is named.
TEST(ManifestCorpus, EvasiveArchivesGiveUpTheirManifest) {
  const char* corpus = std::getenv("BARTIZAN_CORPUS");
  if (corpus == nullptr) GTEST_SKIP() << "corpus not present";
  const std::pair<const char*, const char*> cases[] = {
      {"minimal_SIZE_ExtraField.apk", "zip.bad_directory"},
      {"minimal_def_mod.apk", "zip.unknown_method"},
      {"minimal_zero_sized_end_ns.apk", "axml.after_root"},
      {"truncated-cd.apk", "zip.bad_directory"},
      {"minimal_orig.apk", ""},
      {"eocd_at_offset_1026.apk", ""},
  };
  for (const auto& [name, trick] : cases) {
    const Manifested read = manifest_of(std::filesystem::path(corpus) / "apk/evasion" / name);
    std::string found;
    for (const std::string& id : read.anomalies) found += id + " ";
    std::cout << name << ": "
              << (read.manifest.ok() ? read.manifest->package : read.manifest.error().message)
              << " " << found << "\n";
    EXPECT_TRUE(read.manifest.ok()) << name;
    if (*trick != '\0') {
      EXPECT_THAT(read.anomalies, Contains(trick)) << name;
    }
  }
}

// Odd but genuine manifests: read whole, each of the eighteen; the other four are layouts.
TEST(ManifestCorpus, OddManifestsAreReadWhole) {
  const char* corpus = std::getenv("BARTIZAN_CORPUS");
  if (corpus == nullptr) GTEST_SKIP() << "corpus not present";
  int manifests = 0;
  for (const auto& file :
       std::filesystem::directory_iterator(std::filesystem::path(corpus) / "apk/axml")) {
    if (!file.path().filename().string().starts_with("AndroidManifest") ||
        file.path().extension() != ".xml")
      continue;
    const Result<MappedFile> bytes = MappedFile::open(file.path());
    ASSERT_TRUE(bytes.ok());
    const Result<AndroidManifest> manifest = parse_manifest(bytes->bytes());
    ASSERT_TRUE(manifest.ok()) << file.path() << ": " << manifest.error().message;
    EXPECT_FALSE(manifest->truncated) << file.path();
    ++manifests;
  }
  EXPECT_EQ(manifests, 18);
}

TEST(ManifestCorpus, RealAppsHaveNoAnomaly) {
  const char* corpus = std::getenv("BARTIZAN_CORPUS");
  if (corpus == nullptr) GTEST_SKIP() << "corpus not present";
  int files = 0;
  for (const auto& file :
       std::filesystem::directory_iterator(std::filesystem::path(corpus) / "apk/real")) {
    const Manifested read = manifest_of(file.path());
    EXPECT_TRUE(read.manifest.ok()) << file.path();
    EXPECT_THAT(read.anomalies, IsEmpty()) << file.path();
    ++files;
  }
  EXPECT_EQ(files, 9);
}

}  // namespace
}  // namespace bartizan::parse
