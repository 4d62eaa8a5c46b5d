#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "base/file.h"
#include "parse/arsc/arsc_builder.h"
#include "parse/arsc/parser.h"
#include "parse/axml/parser.h"
#include "parse/zip/parser.h"

namespace bartizan::parse {
namespace {

// The table of the demo app "banker", made by tools/build_apps --fuzz-corpus: one string, in the
// default language and in German.
std::string table() { return read_file("fuzz/corpus/arsc/banker.arsc", 1 << 16).value_or(""); }

TEST(Arsc, TextInTheDefaultLanguage) {
  const std::string bytes = table();
  EXPECT_EQ(find_string_resource(as_bytes(bytes), 0x7f020000).value_or("none"), "Flashlight Pro");
}

TEST(Arsc, TextsOfEveryLanguage) {
  const std::string bytes = table();
  const ResourceTable resources = ResourceTable::parse(as_bytes(bytes));
  EXPECT_THAT(resources.texts(0x7f020000, 9),
              testing::UnorderedElementsAre("Flashlight Pro", "Taschenlampe Pro"));
  EXPECT_EQ(resources.texts(0x7f020000, 1).size(), 1u);
  EXPECT_TRUE(resources.texts(0x7f020001, 9).empty());
}

TEST(Arsc, VariantsForScreensOfEveryDensity) {
  ArscBuilder builder;
  builder.add_text(0x7f010000, 160, "m.png").add_text(0x7f010000, kAnyDensity, "i.xml");
  builder.add_color(0x7f020001, 0xff102030).add_reference(0x7f020000, 0x7f020001);
  builder.add_reference(0x7f020000, 0x7f010000).add_reference(0x7f010000, 0x7f020000);
  const std::string bytes = builder.build();
  const ResourceTable table = ResourceTable::parse(as_bytes(bytes));
  EXPECT_TRUE(table.anomalies().empty());
  const auto seen = [&](std::uint32_t resource, std::size_t most) {
    std::vector<std::string> out;
    for (const ResourceVariant& variant : table.variants(resource, most))
      out.push_back(std::to_string(variant.density) + " " +
                    (variant.argb ? std::to_string(*variant.argb) : variant.text));
    return out;
  };
  EXPECT_THAT(seen(0x7f010000, 9),
              testing::ElementsAre("160 m.png", "65534 i.xml", "0 4279246896"));  // a circle ends
  EXPECT_THAT(seen(0x7f010000, 1), testing::ElementsAre("160 m.png"));
  EXPECT_THAT(seen(0x7f020000, 9),
              testing::ElementsAre("0 4279246896", "160 m.png", "65534 i.xml"));
  EXPECT_TRUE(seen(0x7f030000, 9).empty());
}

TEST(Arsc, WhatIsNotThereIsNothing) {
  const std::string bytes = table();
  EXPECT_FALSE(find_string_resource(as_bytes(bytes), 0x7f020001).has_value());
  EXPECT_FALSE(find_string_resource(as_bytes(bytes), 0x01040000).has_value());
  EXPECT_FALSE(find_string_resource(as_bytes(""), 0x7f020000).has_value());
  EXPECT_FALSE(find_string_resource(as_bytes(bytes.substr(0, 300)), 0x7f020000).has_value());
}

// An entry that refers to itself must not be followed for ever.
TEST(Arsc, ReferencesThatGoInACircleEnd) {
  std::string bytes = table();
  const std::string text_value("\x08\0\0\x03", 4);          // the start of a Res_value with a text
  const std::string itself("\x08\0\0\x01\0\0\x02\x7f", 8);  // one that refers to 0x7f020000
  int replaced = 0;
  for (std::size_t at = 0; (at = bytes.find(text_value, at)) != std::string::npos; ++replaced)
    bytes.replace(at, 8, itself);
  EXPECT_EQ(replaced, 2);
  EXPECT_FALSE(find_string_resource(as_bytes(bytes), 0x7f020000).has_value());
}

TEST(Arsc, HonestTableHasNoAnomaly) {
  const std::string bytes = table();
  EXPECT_TRUE(ResourceTable::parse(as_bytes(bytes)).anomalies().empty());
}

TEST(Arsc, LyingHeadersAreNoted) {
  const auto ids = [](std::string bytes) {
    return anomaly_ids(ResourceTable::parse(as_bytes(bytes)).anomalies());
  };
  std::string wrong_count = table();
  wrong_count[8] = 9;
  EXPECT_THAT(ids(wrong_count), testing::ElementsAre("arsc.wrong_package_count"));
  std::string wrong_root = table();
  wrong_root[0] = 3;
  EXPECT_THAT(ids(wrong_root), testing::ElementsAre("arsc.wrong_root_type"));
  EXPECT_THAT(ids(table() + "rest"), testing::ElementsAre("arsc.wrong_file_size"));
  std::string many_entries = table();
  const std::size_t type = many_entries.find(std::string("\x01\x02\x54\0", 4));
  if (type != std::string::npos) {
    many_entries[type + 15] = 0x7f;
    EXPECT_THAT(ids(many_entries), testing::Contains("arsc.bad_type"));
  }
}

// Entries of four bytes in one with their value (FLAG_COMPACT), as new build tools write them.
TEST(ArscCorpus, CompactEntriesAreRead) {
  const char* corpus = std::getenv("BARTIZAN_CORPUS");
  if (corpus == nullptr) GTEST_SKIP() << "corpus not present";
  const Result<MappedFile> file =
      MappedFile::open(std::filesystem::path(corpus) / "apk/axml/compact-entry.apk");
  ASSERT_TRUE(file.ok());
  const Result<ZipArchive> archive = parse_zip(file->bytes());
  const ZipEntry* entry = archive->find("resources.arsc");
  ASSERT_NE(entry, nullptr);
  const ZipContent content = read_zip_entry(*archive, *entry, kMaxArscBytes);
  const ResourceTable resources = ResourceTable::parse(content.bytes);
  EXPECT_TRUE(resources.anomalies().empty());
  int texts = 0;
  for (std::uint32_t type = 1; type < 16; ++type) {
    for (std::uint32_t index = 0; index < 16; ++index)
      texts += resources.text(0x7f000000 | type << 16 | index).has_value();
  }
  EXPECT_GT(texts, 0);
}

TEST(ArscCorpus, RealTablesHaveNoAnomalyAndGiveIcons) {
  const char* corpus = std::getenv("BARTIZAN_CORPUS");
  if (corpus == nullptr) GTEST_SKIP() << "corpus not present";
  int icons = 0;
  for (const auto& file :
       std::filesystem::directory_iterator(std::filesystem::path(corpus) / "apk/real")) {
    const Result<MappedFile> mapped = MappedFile::open(file.path());
    const Result<ZipArchive> archive = parse_zip(mapped->bytes());
    const ZipEntry* entry = archive->find("resources.arsc");
    if (entry == nullptr) continue;
    const ZipContent content = read_zip_entry(*archive, *entry, kMaxArscBytes);
    const ResourceTable resources = ResourceTable::parse(content.bytes);
    EXPECT_TRUE(resources.anomalies().empty()) << file.path();
    const ZipContent xml =
        read_zip_entry(*archive, *archive->find("AndroidManifest.xml"), kMaxAxmlBytes);
    const Result<AndroidManifest> manifest = parse_manifest(xml.bytes);
    if (!manifest.ok() || manifest->icon_resource == 0) continue;
    const auto icon = resources.text(manifest->icon_resource);
    ASSERT_TRUE(icon.has_value()) << file.path();
    EXPECT_NE(archive->find(*icon), nullptr) << *icon;
    ++icons;
  }
  EXPECT_GT(icons, 3);
}

}  // namespace
}  // namespace bartizan::parse
