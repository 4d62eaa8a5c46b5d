// Disagreements and layouts that hide something, each as an anomaly.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "parse/zip/parser.h"
#include "parse/zip/zip_builder.h"

namespace bartizan::parse {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::Not;

std::vector<std::string> ids_of(const std::string& file) {
  const Result<ZipArchive> archive = parse_zip(as_bytes(file));
  EXPECT_TRUE(archive.ok());
  return archive.ok() ? anomaly_ids(archive->anomalies) : std::vector<std::string>();
}

std::vector<std::string> ids_of_names(const std::vector<std::string>& names) {
  std::vector<BuiltEntry> entries;
  for (const std::string& name : names) entries.push_back(stored(name, "x"));
  return ids_of(build_zip(entries));
}

TEST(ZipNames, ThatToolsTakeForEachOtherCollide) {
  EXPECT_THAT(ids_of_names({"AndroidManifest.xml", "androidmanifest.XML"}),
              Contains("zip.colliding_name"));
  EXPECT_THAT(ids_of_names({"classes.dex", "Classes.dex"}), Contains("zip.colliding_name"));
  EXPECT_THAT(ids_of_names({"classes.dex", "./classes.dex"}), Contains("zip.colliding_name"));
  EXPECT_THAT(ids_of_names({"classes.dex", std::string("classes.dex\0x", 13)}),
              testing::IsSupersetOf({"zip.colliding_name", "zip.bad_name"}));
  EXPECT_THAT(ids_of_names({"AndroidManifest.xml", "AndroidManifest.xml/"}),
              Contains("zip.colliding_name"));
  EXPECT_THAT(ids_of_names({"lib/a.so", "lib\\a.so"}), Contains("zip.colliding_name"));
  // Full-width "c", and a zero-width space within the name.
  EXPECT_THAT(ids_of_names({"classes.dex", "\xef\xbd\x83lasses.dex"}),
              Contains("zip.colliding_name"));
  EXPECT_THAT(ids_of_names({"classes.dex", "cla\xe2\x80\x8bsses.dex"}),
              Contains("zip.colliding_name"));
  EXPECT_THAT(ids_of_names({"a", "a"}), Contains("zip.duplicate_entry"));
}

TEST(ZipNames, OfShrunkAppsDifferByCaseAndAreFine) {
  EXPECT_THAT(ids_of_names({"res/-a.xml", "res/-A.xml", "res/", "assets/..x", "a..b/c"}),
              IsEmpty());
}

TEST(ZipNames, ThatLeadElsewhereAreNoted) {
  EXPECT_THAT(ids_of_names({"../x"}), Contains("zip.path_traversal"));
  EXPECT_THAT(ids_of_names({"a/.."}), Contains("zip.path_traversal"));
  EXPECT_THAT(ids_of_names({"a\\..\\x"}), Contains("zip.path_traversal"));
  EXPECT_THAT(ids_of_names({"/data/x"}), Contains("zip.absolute_path"));
  EXPECT_THAT(ids_of_names({"./x"}), Contains("zip.odd_name"));
}

TEST(ZipLayout, DexFileInFrontOfTheArchiveIsNoted) {
  const std::string zip = build_zip({stored("classes.dex", "code")});
  EXPECT_THAT(ids_of("dex\n035" + std::string(100, '\0') + zip),
              testing::IsSupersetOf({"zip.dex_prefix", "zip.prepended_data"}));
  EXPECT_THAT(ids_of(zip), IsEmpty());
}

TEST(ZipLayout, EntriesThatShareBytesAreNoted) {
  // The second entry's directory record points at the first one's local header.
  std::string zip = build_zip({stored("a", "same bytes"), stored("b", "other byte")});
  const std::size_t second = zip.rfind(std::string("PK\1\2", 4));
  for (std::size_t i = 0; i < 4; ++i) zip[second + 42 + i] = '\0';
  EXPECT_THAT(ids_of(zip), Contains("zip.overlapping_entries"));
}

TEST(ZipLayout, EntryThatTheDirectoryDoesNotListIsNoted) {
  const std::string hidden = build_zip({stored("hidden.dex", "code")});
  const std::string local = hidden.substr(0, hidden.find(std::string("PK\1\2", 4)));
  BuiltEntry first = stored("first", "1");
  std::string zip = build_zip({first, stored("second", "2")});
  // Between the two entries: the offsets behind it move on.
  const std::size_t at = zip.find(std::string("PK\3\4", 4), 4);
  zip.insert(at, local);
  const auto add = [&](std::size_t field) {
    const auto value = static_cast<std::uint8_t>(zip[field]) + local.size();
    zip[field] = static_cast<char>(value);
    zip[field + 1] = static_cast<char>(zip[field + 1] + static_cast<char>(value >> 8));
  };
  add(zip.rfind(std::string("PK\1\2", 4)) + 42);
  add(zip.rfind(std::string("PK\5\6", 4)) + 16);
  const auto ids = ids_of(zip);
  EXPECT_THAT(ids, Contains("zip.unlisted_entry"));
  EXPECT_THAT(ids, Not(Contains("zip.bad_local_header")));
}

TEST(ZipLayout, SizesNobodyNeedsAreABomb) {
  std::vector<BuiltEntry> entries;
  for (int i = 0; i < 4; ++i) {
    entries.push_back(deflated("layer" + std::to_string(i), std::string(100'000, '\0')));
    entries.back().size = entries.back().local_size = 1U << 30;
  }
  EXPECT_THAT(ids_of(build_zip(entries)), Contains("zip.bomb"));
}

TEST(ZipHeaders, FlagsAndStoredSizesThatDisagreeAreNoted) {
  std::string zip = build_zip({stored("a", "1")});
  zip[7] = 0x08;  // UTF-8 names, in the local header alone
  EXPECT_THAT(ids_of(zip), Contains("zip.flags_mismatch"));
  BuiltEntry entry = stored("a", "123");
  entry.size = entry.local_size = 7;
  EXPECT_THAT(ids_of(build_zip({entry})), Contains("zip.stored_sizes_differ"));
}

TEST(ZipHeaders, SeveralDisksAreNoted) {
  std::string zip = build_zip({stored("a", "1")});
  zip[zip.size() - 22 + 4] = 1;
  EXPECT_THAT(ids_of(zip), Contains("zip.bad_end_record"));
}

std::string with_comment(std::string zip, std::size_t size, char fill) {
  zip.resize(zip.size() - 2);
  append_u16(zip, static_cast<std::uint32_t>(size));
  return zip + std::string(size, fill);
}

TEST(ZipHeaders, CommentIsNotedUnlessItPadsToAPage) {
  const std::string zip = build_zip({stored("a", "1")});
  EXPECT_THAT(ids_of(with_comment(zip, 1004, '\0')), Contains("zip.comment"));
  EXPECT_THAT(ids_of(with_comment(zip, 4096 - zip.size(), 'x')), Contains("zip.comment"));
  EXPECT_THAT(ids_of(with_comment(zip, 4096 - zip.size(), '\0')), testing::IsEmpty());
}

// Offsets and counts that say "see the 64-bit record", which is there.
TEST(Zip64, ArchiveIsRead) {
  std::string zip = build_zip({stored("a.txt", "alpha"), stored("b.txt", "beta")});
  const std::size_t end = zip.size() - 22;
  const auto field = [&](std::size_t at) {
    std::string out = zip.substr(end + at, 4);
    out.append(4, '\0');
    return out;
  };
  std::string record("PK\6\6", 4);
  record += std::string("\x2c\0\0\0\0\0\0\0", 8) + std::string(12, '\0');
  record += std::string("\2\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0", 16) + field(12) + field(16);
  std::string locator("PK\6\7", 4);
  locator.append(4, '\0');
  append_u32(locator, static_cast<std::uint32_t>(end));
  locator.append(4, '\0');
  append_u32(locator, 1);
  std::string last = zip.substr(end);
  for (std::size_t i = 8; i < 20; ++i) last[i] = '\xff';
  const std::string file = zip.substr(0, end) + record + locator + last;
  const Result<ZipArchive> archive = parse_zip(as_bytes(file));
  ASSERT_TRUE(archive.ok());
  EXPECT_THAT(anomaly_ids(archive->anomalies), testing::ElementsAre("zip.zip64"));
  ASSERT_EQ(archive->entries.size(), 2u);
  EXPECT_EQ(as_text(read_zip_entry(*archive, archive->entries[1], 100).bytes), "beta");
}

}  // namespace
}  // namespace bartizan::parse
