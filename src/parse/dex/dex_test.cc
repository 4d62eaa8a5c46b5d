#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "parse/dex/dex_builder.h"
#include "parse/dex/parser.h"

namespace bartizan::parse {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<TestClass> two_classes() {
  return {{.type = "La/Main;",
           .methods = {{.name = "<init>()V",
                        .access_flags = 0x10001,
                        .code = {invoke_direct("Ljava/lang/Object;-><init>()V"), return_void()}},
                       {.name = "run(ILjava/lang/String;)V",
                        .code = {const_string("https://example.org/"), sget("La/Main;->count:I"),
                                 invoke_virtual("La/Other;->go()V"), new_instance("La/Other;"),
                                 return_void()}}}},
          {.type = "La/Other;",
           .superclass = "La/Main;",
           .interfaces = {"Ljava/lang/Runnable;"},
           .methods = {{.name = "go()V", .code = {}}}}};
}

DexFile parse_only(const std::string& file) {
  std::vector<DexFile> out = parse_dex(as_bytes(file));
  EXPECT_EQ(out.size(), 1u);
  return std::move(out.front());
}

std::vector<std::string> ids_of(const std::string& file) {
  return anomaly_ids(parse_only(file).anomalies);
}

// Offset of a table by the header's field of its count.
std::size_t table_at(const std::string& file, std::size_t field) {
  return DexBuilder::get32(file, field + 4);
}
constexpr std::size_t kStrings = 0x38;
constexpr std::size_t kTypes = 0x40;
constexpr std::size_t kClasses = 0x60;

TEST(Dex, ReadsNamesClassesAndReferences) {
  const std::string file = DexBuilder(two_classes()).build();
  const DexFile dex = parse_only(file);
  EXPECT_THAT(dex.anomalies, IsEmpty());
  EXPECT_FALSE(dex.truncated);
  EXPECT_EQ(dex.version, 35);
  ASSERT_EQ(dex.classes.size(), 2u);
  EXPECT_EQ(dex.type(dex.classes[1].type), "La/Other;");
  EXPECT_EQ(dex.type(dex.classes[1].superclass), "La/Main;");
  ASSERT_EQ(dex.type_list(dex.classes[1].interfaces).count, 1u);
  EXPECT_EQ(dex.type(dex.type_list(dex.classes[1].interfaces)[0]), "Ljava/lang/Runnable;");
  ASSERT_EQ(dex.methods_of(dex.classes[0]).size(), 2u);
  const DexMethod run = dex.methods_of(dex.classes[0])[1];
  EXPECT_EQ(dex.string(dex.method_id(run.id).name), "run");
  EXPECT_EQ(dex.prototype(dex.method_id(run.id).proto), "(ILjava/lang/String;)V");
  ASSERT_EQ(dex.const_strings_of(run.code).size(), 1u);
  EXPECT_EQ(dex.string(dex.const_strings_of(run.code)[0]), "https://example.org/");
  ASSERT_EQ(dex.invokes_of(run.code).size(), 1u);
  EXPECT_EQ(dex.string(dex.method_id(dex.invokes_of(run.code)[0].method).name), "go");
  EXPECT_EQ(dex.field_uses_of(run.code).size(), 1u);
  EXPECT_EQ(dex.type_uses_of(run.code).size(), 1u);
  EXPECT_EQ(dex.counts.classes, 2u);
  EXPECT_EQ(dex.counts.methods, 3u);
  EXPECT_EQ(dex.counts.instructions, 7u);
  EXPECT_EQ(dex.counts.invokes, 2u);
  EXPECT_EQ(dex.counts.const_strings, 1u);
}

TEST(Dex, EveryTruncationIsSaidAndNoneIsReadBeyond) {
  const std::string file = DexBuilder(two_classes()).build();
  for (std::size_t size = 0; size < file.size(); ++size) {
    const std::vector<DexFile> dex = parse_dex(as_bytes(file).first(size));
    EXPECT_THAT(dex.front().anomalies, testing::Not(IsEmpty())) << size;
  }
}

TEST(Dex, SaysWhichHeaderFieldLies) {
  const std::string good = DexBuilder(two_classes()).build();
  const auto changed = [&](std::size_t at, std::uint32_t value) {
    std::string file = good;
    DexBuilder::set32(file, at, value);
    DexBuilder::seal(file);
    return ids_of(file);
  };
  EXPECT_THAT(changed(0x20, 1 << 20), ElementsAre("dex.bad_file_size"));
  EXPECT_THAT(changed(0x24, 0x80), ElementsAre("dex.bad_header"));
  EXPECT_THAT(changed(0x28, 0x78563412), ElementsAre("dex.bad_endian_tag"));
  EXPECT_THAT(changed(0x2c, 16), ElementsAre("dex.link_data"));
  EXPECT_THAT(changed(0x34, 0xfffffff0), ElementsAre("dex.bad_map"));
  EXPECT_THAT(changed(0x38, 0x7fffffff), Contains("dex.table_outside_file"));
  EXPECT_THAT(changed(0x60, 1), Contains("dex.map_mismatch"));
  std::string other = good;
  other[6] = '6';
  EXPECT_THAT(ids_of(other), ElementsAre("dex.bad_version"));
  other[0] = 'x';
  EXPECT_THAT(ids_of(other), Contains("dex.bad_magic"));
  other = good;
  other[9] ^= 1;
  EXPECT_THAT(ids_of(other), ElementsAre("dex.bad_checksum"));
  other = good;
  other[13] ^= 1;
  EXPECT_THAT(ids_of(other), ElementsAre("dex.bad_checksum", "dex.bad_signature"));
  EXPECT_THAT(ids_of(good + "PK"), ElementsAre("dex.trailing_data"));
}

TEST(Dex, SaysWhichIndexIsOutOfItsTable) {
  std::string file = DexBuilder(two_classes()).build();
  DexBuilder::set32(file, table_at(file, kTypes), 0x00ffffff);
  DexBuilder::seal(file);
  const DexFile dex = parse_only(file);
  EXPECT_THAT(anomaly_ids(dex.anomalies), Contains("dex.bad_index"));
  EXPECT_EQ(dex.type(0), "");
  EXPECT_EQ(dex.type(12345), "");
  EXPECT_EQ(dex.string(kNoDexIndex), "");
  EXPECT_EQ(dex.method_id(kNoDexIndex).name, kNoDexIndex);
}

TEST(Dex, DuplicateClassIsReported) {
  std::string file = DexBuilder(two_classes()).build();
  const std::size_t classes = table_at(file, kClasses);
  DexBuilder::set32(file, classes + 32, DexBuilder::get32(file, classes));
  DexBuilder::seal(file);
  EXPECT_THAT(ids_of(file), Contains("dex.duplicate_class"));
}

// All strings are one long string: read twice over and no more.
TEST(Dex, SharedBytesAreBounded) {
  std::vector<std::string> strings;
  for (int i = 0; i < 5000; ++i) strings.push_back("s" + std::to_string(i));
  strings.push_back(std::string(50'000, 'x'));
  std::string file = DexBuilder(two_classes(), "035", strings).build();
  const std::size_t ids = table_at(file, kStrings);
  const std::uint32_t count = DexBuilder::get32(file, kStrings);
  std::uint32_t longest = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t offset = DexBuilder::get32(file, ids + i * 4);
    if (file.compare(offset + 3, 5, "xxxxx") == 0) longest = offset;
  }
  ASSERT_NE(longest, 0u);
  for (std::uint32_t i = 0; i < count; ++i) DexBuilder::set32(file, ids + i * 4, longest);
  DexBuilder::seal(file);
  const DexFile dex = parse_only(file);
  EXPECT_THAT(anomaly_ids(dex.anomalies), Contains("dex.limit"));
  EXPECT_TRUE(dex.truncated);
}

TEST(Dex, UnsortedStringsAreReported) {
  std::string file = DexBuilder(two_classes()).build();
  const std::size_t ids = table_at(file, kStrings);
  const std::uint32_t first = DexBuilder::get32(file, ids);
  DexBuilder::set32(file, ids, DexBuilder::get32(file, ids + 4));
  DexBuilder::set32(file, ids + 4, first);
  DexBuilder::seal(file);
  EXPECT_THAT(ids_of(file), Contains("dex.unsorted_strings"));
}

TEST(Dex, CountsModifiedUtf8InUtf16Units) {
  EXPECT_EQ(mutf8_length("abc"), 3u);
  EXPECT_EQ(mutf8_length("\xc0\x80"), 1u);
  EXPECT_EQ(mutf8_length("\xed\xa0\xbd\xed\xb8\x80"), 2u);   // a surrogate pair
  EXPECT_EQ(mutf8_length("\xf0\x9f\x98\x80"), kNoDexIndex);  // UTF-8 proper
  EXPECT_EQ(mutf8_length("\xc3"), kNoDexIndex);
  EXPECT_EQ(mutf8_length(std::string_view("\0", 1)), kNoDexIndex);
}

}  // namespace
}  // namespace bartizan::parse
