#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "parse/zip/entry_viewer.h"
#include "parse/zip/parser.h"
#include "parse/zip/peek.h"
#include "parse/zip/zip_builder.h"

namespace bartizan::parse {
namespace {

using testing::Contains;
using testing::IsEmpty;

constexpr std::size_t kLimit = 1 << 20;

std::string text_of(const ZipArchive& archive, std::string_view name) {
  const ZipEntry* entry = archive.find(name);
  if (entry == nullptr) return "<no entry>";
  return std::string(as_text(read_zip_entry(archive, *entry, kLimit).bytes));
}

// Parsed from a copy that lives as long as the archive does.
struct Parsed {
  std::string file;
  ZipArchive archive;
  std::vector<std::string> ids() const { return anomaly_ids(archive.anomalies); }
};
std::unique_ptr<Parsed> parsed(std::string file) {
  auto out = std::make_unique<Parsed>();
  out->file = std::move(file);
  Result<ZipArchive> archive = parse_zip(as_bytes(out->file));
  EXPECT_TRUE(archive.ok());
  if (archive.ok()) out->archive = std::move(archive).value();
  return out;
}

TEST(Zip, HonestArchiveGivesItsEntriesAndNoAnomaly) {
  const auto zip = parsed(build_zip({stored("a.txt", "alpha"), deflated("b.txt", "beta beta")}));
  EXPECT_THAT(zip->ids(), IsEmpty());
  EXPECT_FALSE(zip->archive.truncated);
  ASSERT_EQ(zip->archive.entries.size(), 2u);
  EXPECT_EQ(text_of(zip->archive, "a.txt"), "alpha");
  EXPECT_EQ(text_of(zip->archive, "b.txt"), "beta beta");
  EXPECT_THAT(read_zip_entry(zip->archive, zip->archive.entries[1], kLimit).anomalies, IsEmpty());
}

TEST(Zip, UnknownMethodIsReadAsStored) {
  BuiltEntry entry = stored("AndroidManifest.xml", "bytes");
  entry.method = entry.local_method = 30208;
  const auto zip = parsed(build_zip({entry}));
  EXPECT_THAT(zip->ids(), Contains("zip.unknown_method"));
  EXPECT_EQ(text_of(zip->archive, "AndroidManifest.xml"), "bytes");
}

TEST(Zip, UnknownMethodWithTwoSizesIsInflated) {
  BuiltEntry entry = deflated("resources.arsc", std::string(1000, 'r'));
  entry.method = entry.local_method = 99;
  const auto zip = parsed(build_zip({entry}));
  EXPECT_EQ(text_of(zip->archive, "resources.arsc"), std::string(1000, 'r'));
}

TEST(Zip, LocalHeaderThatDisagreesIsReportedAndNotBelieved) {
  BuiltEntry entry = stored("real", "content");
  entry.local_name = "fake";
  entry.local_method = 8;
  entry.local_size = 1;
  const auto zip = parsed(build_zip({entry}));
  EXPECT_THAT(zip->ids(), testing::IsSupersetOf(
                              {"zip.name_mismatch", "zip.method_mismatch", "zip.size_mismatch"}));
  EXPECT_EQ(text_of(zip->archive, "real"), "content");
}

TEST(Zip, RecordWithALyingLengthDoesNotHideTheNext) {
  BuiltEntry first = stored("first", "1");
  first.stated_extra_size = 1;
  const auto zip = parsed(build_zip({first, stored("second", "2")}));
  EXPECT_THAT(zip->ids(), Contains("zip.bad_directory"));
  EXPECT_EQ(text_of(zip->archive, "second"), "2");
}

TEST(Zip, NamesFlagsAndDuplicates) {
  BuiltEntry locked = stored("locked", "x");
  locked.flags = 1;
  const auto zip = parsed(build_zip(
      {stored("../up", "x"), stored("twice", "1"), stored("twice", "2"), locked, stored("", "x")}));
  EXPECT_THAT(zip->ids(), testing::UnorderedElementsAre("zip.path_traversal", "zip.duplicate_entry",
                                                        "zip.encrypted_flag", "zip.bad_name"));
  EXPECT_EQ(text_of(zip->archive, "twice"), "1");
  EXPECT_EQ(text_of(zip->archive, "locked"), "x");
}

TEST(Zip, DataAroundTheArchive) {
  const std::string honest = build_zip({stored("a", "1")});
  const auto trailing = parsed(honest + "tail");
  EXPECT_THAT(trailing->ids(), Contains("zip.trailing_data"));
  EXPECT_EQ(text_of(trailing->archive, "a"), "1");
  const auto prepended = parsed("head" + honest);
  EXPECT_THAT(prepended->ids(), Contains("zip.prepended_data"));
  EXPECT_EQ(text_of(prepended->archive, "a"), "1");
  EXPECT_THAT(parsed(honest + honest.substr(honest.size() - 22))->ids(),
              Contains("zip.multiple_end_records"));
}

TEST(Zip, SizesThatLieAreCorrectedAndReported) {
  BuiltEntry entry = deflated("big", std::string(100000, 'a'));
  entry.size = 10;
  const auto zip = parsed(build_zip({entry}));
  const ZipContent content = read_zip_entry(zip->archive, zip->archive.entries[0], kLimit);
  EXPECT_EQ(content.bytes.size(), 100000u);
  EXPECT_THAT(anomaly_ids(content.anomalies), Contains("zip.wrong_size"));
}

TEST(Zip, OutputIsCapped) {
  const auto zip = parsed(build_zip({deflated("bomb", std::string(3 << 20, '\0'))}));
  const ZipContent content = read_zip_entry(zip->archive, zip->archive.entries[0], kLimit);
  EXPECT_TRUE(content.truncated);
  EXPECT_LE(content.bytes.size(), kLimit);
  EXPECT_THAT(anomaly_ids(content.anomalies), Contains("zip.output_limit"));
}

TEST(Zip, WrongCrcIsReported) {
  BuiltEntry entry = stored("a", "1");
  entry.crc32 ^= 1;
  const auto zip = parsed(build_zip({entry}));
  EXPECT_THAT(anomaly_ids(read_zip_entry(zip->archive, zip->archive.entries[0], kLimit).anomalies),
              Contains("zip.wrong_crc"));
}

TEST(Zip, CutOffArchiveIsRecoveredFromLocalHeaders) {
  const std::string honest = build_zip({stored("a", "first"), stored("b", "second")});
  const auto zip = parsed(honest.substr(0, honest.size() - 60));
  EXPECT_TRUE(zip->archive.truncated);
  EXPECT_THAT(zip->ids(), Contains("zip.no_end_record"));
  EXPECT_EQ(text_of(zip->archive, "b"), "second");
}

TEST(Zip, WhatIsNotAZipIsAnError) {
  EXPECT_FALSE(parse_zip(as_bytes("")).ok());
  EXPECT_FALSE(parse_zip(as_bytes("hello, this is text and no archive")).ok());
}

TEST(Printable, ControlCharactersAndBadUtf8AreEscaped) {
  EXPECT_EQ(printable("a\nb\xff\xc3\xa9"), "a\\x0ab\\xff\xc3\xa9");
  EXPECT_EQ(printable("\xed\xa0\x80", 100), "\\xed\\xa0\\x80");
  EXPECT_EQ(printable(std::string(300, 'x'), 10), "xxxxxxx...");
  // What a terminal obeys beyond ASCII: a C1 control, and an override of the writing direction.
  EXPECT_EQ(printable("a\xc2\x9b"
                      "2J"),
            "a\\xc2\\x9b2J");
  EXPECT_EQ(printable("\xe2\x80\xaegpj.apk"), "\\xe2\\x80\\xaegpj.apk");
  EXPECT_EQ(printable("\xc2\xa0\xe2\x80\x94\xd7\xa9"), "\xc2\xa0\xe2\x80\x94\xd7\xa9");
}

TEST(Zip, PeekGivesTheStartOfAnEntryHoweverItIsPacked) {
  const std::string code = "dex\n035" + std::string(100'000, 'x');
  const std::string file =
      build_zip({stored("a", code), deflated("b", code), deflated("c", "PK"), stored("d", "")});
  const Result<ZipArchive> archive = parse_zip(as_bytes(file));
  ASSERT_TRUE(archive.ok());
  ZipPeeker peeker(*archive);
  EXPECT_EQ(as_text(peeker.peek(archive->entries[0])), code.substr(0, ZipPeeker::kBytes));
  EXPECT_TRUE(as_text(peeker.peek(archive->entries[1])).starts_with("dex\n035"));
  EXPECT_EQ(as_text(peeker.peek(archive->entries[2])), "PK");
  EXPECT_TRUE(peeker.peek(archive->entries[3]).empty());
  ZipEntry outside = archive->entries[1];
  outside.data_offset = file.size();
  EXPECT_TRUE(peeker.peek(outside).empty());
}

// libdeflate gives nothing of a stored block that does not fit.
TEST(Zip, PeekSeesThroughStoredBlocks) {
  const std::string code = "dex\n035" + std::string(60'000, 'x');
  const auto block = [](std::string_view header, std::string_view data) {
    std::string out(header);
    append_u16(out, static_cast<std::uint32_t>(data.size()));
    append_u16(out, ~static_cast<std::uint32_t>(data.size()) & 0xffff);
    return out + std::string(data);
  };
  BuiltEntry plain = deflated("a", code);
  plain.data = block("\x01", code);
  // The first letter by a fixed Huffman block, the rest stored.
  BuiltEntry mixed = deflated("b", code);
  mixed.data = block("\x4a\x01\x04", std::string_view(code).substr(1));
  const std::string file = build_zip({plain, mixed});
  const Result<ZipArchive> archive = parse_zip(as_bytes(file));
  ASSERT_TRUE(archive.ok());
  ZipPeeker peeker(*archive);
  for (const ZipEntry& entry : archive->entries) {
    EXPECT_EQ(as_text(read_zip_entry(*archive, entry, 1 << 20).bytes), code);
    EXPECT_EQ(as_text(peeker.peek(entry)), code.substr(0, ZipPeeker::kBytes));
  }
}

// Looking at entries one after the other gives what reading each gives, the broken ones too.
TEST(Zip, ViewerGivesWhatReadingGives) {
  BuiltEntry lying = deflated("lying", std::string(5000, 'l'));
  lying.size = lying.local_size = 10;
  BuiltEntry broken = deflated("broken", "text");
  broken.data = "\xff\xff\xff\xff";
  BuiltEntry long_one = stored("long", std::string(300, 'x'));
  const auto zip = parsed(
      build_zip({stored("a", "alpha"), deflated("b", std::string(2000, 'b')), stored("empty", ""),
                 lying, broken, long_one, deflated("c", "short again")}));
  ZipEntryViewer viewer(zip->archive);
  for (const std::size_t limit : {kLimit, std::size_t{100}}) {
    for (const ZipEntry& entry : zip->archive.entries) {
      const ZipContent read = read_zip_entry(zip->archive, entry, limit);
      const ZipEntryView view = viewer.look_at(entry, limit);
      EXPECT_EQ(as_text(view.bytes), as_text(read.bytes)) << entry.name;
      EXPECT_EQ(view.truncated, read.truncated) << entry.name;
      const std::vector<std::string> ids = anomaly_ids(read.anomalies);
      EXPECT_EQ(view.limit_reached,
                std::find(ids.begin(), ids.end(), "zip.output_limit") != ids.end())
          << entry.name;
    }
  }
}

}  // namespace
}  // namespace bartizan::parse
