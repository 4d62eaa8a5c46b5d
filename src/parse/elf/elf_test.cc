#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "parse/elf/elf_builder.h"
#include "parse/elf/parser.h"

namespace bartizan::parse {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

// The input must outlive the file: both are handed out together.
struct Parsed {
  explicit Parsed(std::string bytes) : input(std::move(bytes)) {
    Result<ElfFile> result = parse_elf(as_bytes(input));
    EXPECT_TRUE(result.ok());
    if (result.ok()) file = std::move(result).value();
  }
  std::string input;
  ElfFile file;
};

std::vector<std::string> ids(const Parsed& parsed) { return anomaly_ids(parsed.file.anomalies); }

TEST(Elf, FactsOfAHardenedLibrary) {
  for (const bool is_64 : {true, false}) {
    for (const bool gnu_hash : {true, false}) {
      const Parsed parsed(build_elf({.is_64 = is_64,
                                     .machine = static_cast<std::uint16_t>(is_64 ? 183 : 40),
                                     .gnu_hash = gnu_hash,
                                     .more_tags = {{24, 0}, {27, is_64 ? 24u : 12u}}}));
      SCOPED_TRACE(testing::Message() << is_64 << gnu_hash);
      EXPECT_THAT(ids(parsed), IsEmpty());
      EXPECT_FALSE(parsed.file.truncated);
      EXPECT_EQ(android_abi(parsed.file), is_64 ? "arm64-v8a" : "armeabi-v7a");
      EXPECT_THAT(parsed.file.needed, ElementsAre("libc.so", "liblog.so"));
      EXPECT_THAT(parsed.file.imports, ElementsAre("__stack_chk_fail", "dlopen"));
      EXPECT_THAT(parsed.file.exports, ElementsAre("JNI_OnLoad"));
      EXPECT_EQ(parsed.file.initialisers, 3u);
      const ElfHardening& hardening = parsed.file.hardening;
      EXPECT_EQ(hardening.stack, ElfStack::kNotExecutable);
      EXPECT_EQ(hardening.relro, ElfRelro::kFull);
      EXPECT_TRUE(hardening.position_independent);
      EXPECT_TRUE(hardening.stack_protector);
      EXPECT_FALSE(hardening.writable_code);
      EXPECT_FALSE(hardening.text_relocations);
    }
  }
}

TEST(Elf, MissingProtectionsAreFactsAndNoAnomalies) {
  const Parsed parsed(
      build_elf({.type = 2, .has_stack = false, .has_relro = false, .imports = {"puts"}}));
  EXPECT_THAT(ids(parsed), IsEmpty());
  EXPECT_EQ(parsed.file.hardening.stack, ElfStack::kNotStated);
  EXPECT_EQ(parsed.file.hardening.relro, ElfRelro::kNone);
  EXPECT_FALSE(parsed.file.hardening.position_independent);
  EXPECT_FALSE(parsed.file.hardening.stack_protector);
  EXPECT_EQ(Parsed(build_elf({.stack_flags = 7})).file.hardening.stack, ElfStack::kExecutable);
  EXPECT_EQ(Parsed(build_elf()).file.hardening.relro, ElfRelro::kPartial);
}

TEST(Elf, SignsOfPacking) {
  EXPECT_THAT(ids(Parsed(build_elf({.code_flags = 7}))), ElementsAre("elf.writable_code"));
  EXPECT_THAT(ids(Parsed(build_elf({.has_sections = false}))), ElementsAre("elf.no_section_table"));
  EXPECT_THAT(ids(Parsed(build_elf({.more_tags = {{22, 0}, {30, 4}}}))),
              ElementsAre("elf.text_relocations"));
  EXPECT_THAT(ids(Parsed(build_elf({.section_shift = 8}))), Contains("elf.dynamic_mismatch"));
  const Parsed packed(build_elf({.padding = "....UPX!...."}));
  EXPECT_THAT(ids(packed), ElementsAre("elf.packed"));
  EXPECT_EQ(packed.file.packer, "UPX");
}

TEST(Elf, LyingTablesAreReportedAndWhatIsThereIsRead) {
  const std::string honest = build_elf();
  const Parsed cut(honest.substr(0, honest.size() - 100));
  EXPECT_THAT(ids(cut), Contains("elf.bad_section_table"));
  EXPECT_THAT(cut.file.needed, ElementsAre("libc.so", "liblog.so"));

  std::string many = honest;
  many[56] = '\xff';  // e_phnum
  many[57] = '\x0f';
  const Parsed lying(many);
  EXPECT_THAT(ids(lying), Contains("elf.bad_segment_table"));
  EXPECT_TRUE(lying.file.truncated);

  const Parsed endless(build_elf({.more_tags = {{27, ~std::uint64_t{0}}}}));
  EXPECT_THAT(ids(endless), Contains("elf.bad_dynamic"));
  EXPECT_EQ(endless.file.initialisers, 0u);

  const Parsed nameless(build_elf({.more_tags = {{14, 1 << 20}}}));
  EXPECT_THAT(ids(nameless), ElementsAre("elf.bad_string"));
  EXPECT_EQ(nameless.file.soname, "");
}

TEST(Elf, EveryTruncationIsAResult) {
  const std::string whole = build_elf();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::string part = whole.substr(0, size);
    const Result<ElfFile> file = parse_elf(as_bytes(part));
    EXPECT_FALSE(file.ok() && file->anomalies.empty()) << size;
  }
}

TEST(Elf, WhatIsNoElfIsAnError) {
  EXPECT_EQ(parse_elf(as_bytes("#!/bin/sh")).error().code, ErrorCode::kInvalid);
  std::string big_endian = build_elf();
  big_endian[5] = 2;
  EXPECT_EQ(parse_elf(as_bytes(big_endian)).error().code, ErrorCode::kUnsupported);
}

}  // namespace
}  // namespace bartizan::parse
