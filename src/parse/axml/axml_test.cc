#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>

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
                          "axml.wrong_file_size", "axml.wrong_root_type", "axml.zero_size_chunk"));
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

TEST(Manifest, FactsThatRulesAboutBehaviourNeed) {
  using A = AxmlBuilder;
  AxmlBuilder xml;
  xml.start("manifest", {A::text(0, "package", "org.example")});
  xml.start("uses-sdk", {A::number(0x01010270, "targetSdkVersion", 27)});
  xml.end("uses-sdk");
  xml.start("uses-feature", {A::text(0x01010003, "name", "android.hardware.nfc"),
                             A::number(0x0101028e, "required", 0)});
  xml.end("uses-feature");
  xml.start("permission", {A::text(0x01010003, "name", "org.example.P"),
                           A::number(0x01010009, "protectionLevel", 2)});
  xml.end("permission");
  xml.start("queries");
  xml.start("package", {A::text(0x01010003, "name", "com.bank")});
  xml.end("package");
  xml.end("queries");
  xml.start("application", {{0x01010002, "icon", 1, 0x7f010000, ""},
                            A::text(0x01010003, "name", ".App"),
                            A::number(0x01010280, "allowBackup", 0)});
  xml.start("meta-data", {A::text(0x01010003, "name", "key"), A::number(0x01010024, "value", 42)});
  xml.end("meta-data");
  xml.start("service", {A::text(0x01010003, "name", "Watch"),
                        A::number(0x01010599, "foregroundServiceType", 0x28)});
  xml.start("meta-data", {A::text(0x01010003, "name", "android.accessibilityservice"),
                          {0x01010025, "resource", 1, 0x7f020001, ""}});
  xml.end("meta-data");
  xml.start("intent-filter", {A::number(0x0101001c, "priority", 999)});
  xml.start("action", {A::text(0x01010003, "name", "android.intent.action.VIEW")});
  xml.end("action");
  xml.start("data", {A::text(0x01010027, "scheme", "https"), A::text(0x01010028, "host", "a.b"),
                     A::text(0x0101002b, "pathPrefix", "/p")});
  xml.end("data");
  xml.end("intent-filter");
  xml.end("service");
  xml.start("provider", {A::text(0x01010003, "name", ".Files"),
                         A::text(0x01010018, "authorities", "org.example.files")});
  xml.end("provider");
  xml.end("application");
  xml.end("manifest");
  const std::string file = xml.build();
  const Result<AndroidManifest> manifest = parse_manifest(as_bytes(file));
  ASSERT_TRUE(manifest.ok());
  ASSERT_EQ(manifest->features.size(), 1u);
  EXPECT_EQ(manifest->features[0].name, "android.hardware.nfc");
  EXPECT_FALSE(manifest->features[0].required);
  ASSERT_EQ(manifest->permission_definitions.size(), 1u);
  EXPECT_EQ(manifest->permission_definitions[0].protection_level, 2u);
  EXPECT_THAT(manifest->queries.packages, ElementsAre("com.bank"));
  EXPECT_EQ(manifest->application_class, "org.example.App");
  EXPECT_EQ(manifest->icon_resource, 0x7f010000u);
  EXPECT_EQ(manifest->allow_backup, false);
  EXPECT_TRUE(manifest->allows_cleartext_traffic());
  EXPECT_EQ(find_meta_data(manifest->meta_data, "key")->value, "42");
  EXPECT_EQ(manifest->accessibility_config, 0x7f020001u);
  EXPECT_EQ(manifest->device_admin_config, 0u);
  ASSERT_EQ(manifest->components.size(), 2u);
  const ManifestComponent& service = manifest->components[0];
  EXPECT_EQ(service.foreground_service_type, 0x28u);
  EXPECT_TRUE(service.is_exported(manifest->target_sdk));  // it has a filter
  ASSERT_EQ(service.filters.size(), 1u);
  EXPECT_EQ(service.filters[0].priority, 999);
  ASSERT_EQ(service.filters[0].data.size(), 1u);
  EXPECT_EQ(service.filters[0].data[0].scheme, "https");
  EXPECT_EQ(service.filters[0].data[0].host, "a.b");
  EXPECT_EQ(service.filters[0].data[0].path, "/p");
  EXPECT_FALSE(manifest->components[1].is_exported(manifest->target_sdk));
  EXPECT_TRUE(manifest->components[1].is_exported(16));
  EXPECT_EQ(manifest->components[1].authorities, "org.example.files");
  EXPECT_THAT(manifest->anomalies, IsEmpty());
}

// Numbers in the platform's notation: IEEE 754, and a mantissa with its point and unit.
TEST(Axml, FloatsAndDimensionsHaveTheirValue) {
  EXPECT_EQ(axml_number(AxmlType::kFloat, 0x3fc00000), 1.5);
  EXPECT_EQ(axml_number(AxmlType::kDimension, 0x00001001), 16);  // 16dp
  EXPECT_EQ(axml_number(AxmlType::kDimension, 0xfffff801), -8);  // -8dp
  EXPECT_EQ(axml_number(AxmlType::kFraction, 0x40000030), 0.5);  // 50 %
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
      {"minimal_zero_sized_end_ns.apk", "axml.zero_size_chunk"},
      {"truncated-cd.apk", "zip.bad_directory"},
      {"eocd_at_offset_1026.apk", "zip.comment"},
      {"minimal_orig.apk", ""},  // what the others were made from: nothing is odd about it
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

// What Android's build tools would not have written. The other four have nothing odd about them:
//   AndroidManifest.xml, -Chinese.xml: as aapt writes; the second has labels in Chinese
//   -xmlns.xml: one attribute of CyanogenMod's themes, in a namespace declared for it
//   MaskingNamespace.xml: a namespace declared at each element that uses it, as XML allows
const std::map<std::string, std::vector<std::string>> kTricks = {
    {"AndroidManifest_InvalidCharsInAttribute.xml", {"axml.attribute_order", "axml.bad_string"}},
    {"AndroidManifest_NamespaceInAttributeName.xml",
     {"axml.attribute_without_name", "axml.string_pool_styles", "axml.undeclared_namespace"}},
    {"AndroidManifest_NamespaceInAttributeName2.xml",
     {"axml.attribute_without_name", "axml.string_pool_styles", "axml.undeclared_namespace"}},
    {"AndroidManifestDoubleNamespace.xml", {"axml.namespace_redeclared"}},
    {"AndroidManifestExtraNamespace.xml", {"axml.namespace_redeclared"}},
    {"AndroidManifestLiapp.xml", {"axml.attribute_name_lies"}},
    {"AndroidManifestNonZeroStyle.xml", {"axml.string_pool_styles"}},
    {"AndroidManifest_StringNotTerminated.xml",
     {"axml.attribute_without_id", "axml.unterminated_string", "axml.value_size"}},
    {"AndroidManifestNullbytes.xml", {"axml.bad_string"}},
    {"AndroidManifestTextChunksXML.xml", {"axml.markup_in_text"}},
    {"AndroidManifestUTF8Strings.xml", {"axml.unknown_attribute"}},
    {"AndroidManifestWithComment.xml", {"axml.comment"}},
    {"AndroidManifestWrongFilesize.xml",
     {"axml.attribute_without_id", "axml.unterminated_string", "axml.value_size",
      "axml.wrong_file_size"}},
    {"AndroidManifest_WrongChunkStart.xml", {"axml.wrong_root_type"}},
};

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
    const std::string name = file.path().filename().string();
    const auto trick = kTricks.find(name);
    EXPECT_EQ(anomaly_ids(manifest->anomalies),
              trick == kTricks.end() ? std::vector<std::string>() : trick->second)
        << name;
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
