#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>

#include "base/file.h"
#include "parse/dex/dex_builder.h"
#include "parse/dex/parser.h"
#include "parse/zip/parser.h"

namespace bartizan::parse {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

// One method with these instructions, in a file of that version.
std::string file_with(std::vector<TestInstruction> code, std::string_view version = "035") {
  return DexBuilder({{.type = "La/Main;",
                      .methods = {{.name = "run()V", .access_flags = 9, .code = std::move(code)}}}},
                    version)
      .build();
}

DexFile parse_first(const std::string& file) {
  return std::move(parse_dex(as_bytes(file)).front());
}

std::vector<std::string> ids_of(const std::string& file) {
  return anomaly_ids(parse_first(file).anomalies);
}

TEST(DexCode, PayloadsAreDataAndNotInstructions) {
  const DexFile dex = parse_first(file_with({
      {.units = {0x002b, 4, 0}},  // packed-switch
      return_void(),
      {.units = {0x0100, 1, 0, 0, 0x1a, 0}},  // its payload looks like a const-string
      {.units = {0x0200, 1, 0x1a, 0, 0x1a, 0}},
      {.units = {0x0300, 1, 3, 0, 0x1a1a, 0x1a}},  // three bytes in two units
      return_void(),
  }));
  EXPECT_THAT(dex.anomalies, IsEmpty());
  EXPECT_EQ(dex.counts.const_strings, 0u);
  EXPECT_EQ(dex.counts.instructions, 6u);
}

TEST(DexCode, PayloadsThatEndOutsideAreReported) {
  EXPECT_THAT(ids_of(file_with({return_void(), {.units = {0x0100, 0xffff}}})),
              ElementsAre("dex.bad_payload"));
  EXPECT_THAT(ids_of(file_with({return_void(), {.units = {0x0300, 4, 0xffff, 0xffff}}})),
              ElementsAre("dex.bad_payload"));
  EXPECT_THAT(ids_of(file_with({return_void(), {.units = {0x0200}}})),
              ElementsAre("dex.bad_payload"));
}

TEST(DexCode, CutAndUnknownInstructionsAreReported) {
  EXPECT_THAT(ids_of(file_with({return_void(), {.units = {0x0018, 0}}})),
              ElementsAre("dex.cut_instruction"));
  EXPECT_THAT(ids_of(file_with({{.units = {0x0073}}, return_void()})),
              ElementsAre("dex.unknown_opcode"));
  EXPECT_THAT(ids_of(file_with({{.units = {0x001a, 0xffff}}, return_void()})),
              ElementsAre("dex.bad_index"));
}

TEST(DexCode, DynamicInvokesCountApartAndNeedTheirVersion) {
  const auto polymorphic = [](std::string_view version) {
    return file_with({{.units = {0x00fa, 0, 0, 0}}, {.units = {0x00fc, 0, 0}}, return_void()},
                     version);
  };
  const DexFile dex = parse_first(polymorphic("038"));
  EXPECT_THAT(dex.anomalies, IsEmpty());
  EXPECT_EQ(dex.counts.invokes, 0u);
  EXPECT_EQ(dex.counts.dynamic_invokes, 2u);
  EXPECT_THAT(ids_of(polymorphic("035")), Contains("dex.unknown_opcode"));
}

TEST(DexCode, SharedCodeIsReadOnceAndCountsForEachMethod) {
  std::string file =
      DexBuilder(
          {{.type = "La/Main;",
            .methods =
                {{.name = "a()V", .access_flags = 9, .code = {const_string("x"), return_void()}},
                 {.name = "b()V", .access_flags = 9, .code = {const_string("x"), return_void()}}}}})
          .build();
  // The second method's code offset becomes the first's: both take two bytes of LEB128.
  const DexFile before = parse_first(file);
  ASSERT_EQ(before.codes.size(), 3u);
  const auto leb = [](std::uint32_t value) {
    return std::string{static_cast<char>((value & 0x7f) | 0x80), static_cast<char>(value >> 7)};
  };
  const std::size_t at = file.find(leb(before.codes[1].offset));
  ASSERT_NE(at, std::string::npos);
  file.replace(at, 2, leb(before.codes[0].offset));
  DexBuilder::seal(file);
  const DexFile dex = parse_first(file);
  EXPECT_THAT(dex.anomalies, IsEmpty());
  EXPECT_EQ(dex.codes.size(), 2u);
  EXPECT_EQ(dex.const_strings.size(), 1u);
  EXPECT_EQ(dex.counts.const_strings, 2u);
}

TEST(DexCode, ContainerGivesItsFiles) {
  // Two version 041 headers, no tables: 120 bytes each.
  std::string container;
  for (const std::uint32_t offset : {0u, 120u}) {
    std::string header = std::string("dex\n041\0", 8) + std::string(112, '\0');
    DexBuilder::set32(header, 0x20, 120);
    DexBuilder::set32(header, 0x24, 120);
    DexBuilder::set32(header, 0x28, 0x12345678);
    DexBuilder::set32(header, 0x70, 240);
    DexBuilder::set32(header, 0x74, offset);
    DexBuilder::seal(header);
    container += header;
  }
  const std::vector<DexFile> files = parse_dex(as_bytes(container));
  ASSERT_EQ(files.size(), 2u);
  EXPECT_EQ(files[1].header_offset, 120u);
  EXPECT_THAT(anomaly_ids(files[1].anomalies), ElementsAre("dex.bad_map"));  // it has none
}

std::vector<std::string> real_apps() {
  std::vector<std::string> out;
  const char* corpus = std::getenv("BARTIZAN_CORPUS");
  if (corpus == nullptr) return out;
  for (const auto& file :
       std::filesystem::directory_iterator(std::filesystem::path(corpus) / "apk/real"))
    out.push_back(file.path());
  std::sort(out.begin(), out.end());
  return out;
}

// What `dexdump -d` prints about the file at `path`.
DexCounts dexdump_counts(const std::string& path) {
  DexCounts out;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(
      popen(("dexdump -d '" + path + "' 2>/dev/null").c_str(), "r"), pclose);
  std::array<char, 65536> buffer;
  bool at_line_start = true;
  while (std::fgets(buffer.data(), buffer.size(), pipe.get()) != nullptr) {
    const std::string_view line(buffer.data());
    const bool is_start = at_line_start;
    at_line_start = line.ends_with('\n');
    if (!is_start) continue;
    out.classes += line.starts_with("Class #") && line.ends_with("-\n");
    out.methods += line.starts_with("      type          : '(");
    // "000630: 7120 1300 4300     |0002: invoke-static ..."
    const std::size_t bar = line.find('|');
    if (bar == std::string_view::npos || bar > 60) continue;
    const std::size_t colon = line.find_first_not_of("0123456789abcdef", bar + 1);
    if (colon == std::string_view::npos || line.substr(colon, 2) != ": ") continue;
    const std::string_view instruction = line.substr(colon + 2);
    for (const std::string_view kind : {"virtual", "super", "direct", "static", "interface"}) {
      if (instruction.starts_with("invoke-") && instruction.substr(7).starts_with(kind))
        ++out.invokes;
    }
    out.const_strings += instruction.starts_with("const-string");
  }
  return out;
}

TEST(DexCorpus, CountsAreThoseOfDexdump) {
  if (real_apps().empty()) GTEST_SKIP() << "corpus not present";
  if (std::system("command -v dexdump >/dev/null") != 0) GTEST_SKIP() << "dexdump not installed";
  const std::string path = testing::TempDir() + "/dex_corpus.dex";
  for (const std::string& app : real_apps()) {
    const Result<MappedFile> file = MappedFile::open(app);
    ASSERT_TRUE(file.ok());
    const Result<ZipArchive> archive = parse_zip(file->bytes());
    ASSERT_TRUE(archive.ok());
    for (const ZipEntry& entry : archive->entries) {
      if (!entry.name.starts_with("classes") || !entry.name.ends_with(".dex")) continue;
      const ZipContent content = read_zip_entry(*archive, entry, 96 << 20);
      std::ofstream(path, std::ios::binary) << as_text(content.bytes);
      const DexCounts expected = dexdump_counts(path);
      const DexFile dex = std::move(parse_dex(content.bytes).front());
      EXPECT_THAT(dex.anomalies, IsEmpty()) << app << " " << entry.name;
      EXPECT_EQ(dex.counts.classes, expected.classes) << app << " " << entry.name;
      EXPECT_EQ(dex.counts.methods, expected.methods) << app << " " << entry.name;
      EXPECT_EQ(dex.counts.invokes, expected.invokes) << app << " " << entry.name;
      EXPECT_EQ(dex.counts.const_strings, expected.const_strings) << app << " " << entry.name;
    }
  }
}

}  // namespace
}  // namespace bartizan::parse
