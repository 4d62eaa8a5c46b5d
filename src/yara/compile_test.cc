#include "yara/compile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace bartizan::yara {
namespace {

using intel::YaraEnd;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

std::string error_of(const std::string& text) {
  const auto rules =
      compile({{"yara/a.yar", "rule fine { condition: true }\n"}, {"yara/b.yar", text}});
  return rules.ok() ? "" : rules.error().message;
}

intel::YaraResult scanned(const std::string& rules, std::string_view bytes,
                          const intel::YaraLimits& limits = {}) {
  const auto compiled = compile({{"yara/rules.yar", rules}});
  EXPECT_TRUE(compiled.ok()) << (compiled.ok() ? "" : compiled.error().message);
  return compiled.ok() ? (*compiled)->begin(limits)->scan(as_bytes(bytes)) : intel::YaraResult{};
}

std::vector<std::string> names(const intel::YaraResult& result) {
  std::vector<std::string> out;
  for (const intel::YaraMatch& match : result.matches) out.push_back(match.rule);
  return out;
}

TEST(YaraCompile, ABadRuleIsNamedWithItsFileAndLine) {
  EXPECT_THAT(error_of("rule a {\n  condition:\n    $x\n}\n"),
              StartsWith("yara/b.yar:3: undefined string \"$x\""));
  EXPECT_THAT(error_of("rule a {\n  strings:\n    $x = \"a\n}\n"), StartsWith("yara/b.yar:3: "));
  EXPECT_THAT(error_of("rule a { condition: true }\n\nrule a { condition: true }\n"),
              StartsWith("yara/b.yar:3: duplicated identifier \"a\""));
  EXPECT_THAT(error_of("rule a {"), StartsWith("yara/b.yar:1: syntax error"));
  EXPECT_THAT(error_of("rule a {\n strings: $x = /(/\n condition: $x }"),
              StartsWith("yara/b.yar:2: "));
}

TEST(YaraCompile, NothingIsReadFromElsewhere) {
  EXPECT_THAT(error_of("\ninclude \"a.yar\"\n"), StartsWith("yara/b.yar:2: include"));
  EXPECT_THAT(error_of("\ninclude \"/etc/passwd\"\n"), StartsWith("yara/b.yar:2: include"));
}

TEST(YaraCompile, OnlyModulesThatReadTheScannedBytes) {
  for (const char* name : {"cuckoo", "magic", "time", "console", "pe", "dotnet", "tests"}) {
    const std::string error =
        error_of("// import \"" + std::string(name) + "\" is no import\n\nimport \"" + name +
                 "\"\nrule a { condition: false }\n");
    EXPECT_THAT(error, StartsWith("yara/b.yar:3: the module " + std::string(name))) << name;
  }
  EXPECT_THAT(error_of("\nimport \"dex\" import\t\"pe\" rule a { condition: true }"),
              StartsWith("yara/b.yar:2: the module pe is not allowed"));
  EXPECT_THAT(error_of("import \"nonsense\""), StartsWith("yara/b.yar:1: unknown module"));
  EXPECT_EQ(
      error_of("import \"dex\" import \"elf\" import \"hash\" import \"macho\" import \"math\" "
               "rule a { condition: hash.md5(0, filesize) == \"x\" }"),
      "");
}

TEST(YaraCompile, AZeroByteDoesNotHideTheRulesBehindIt) {
  EXPECT_THAT(error_of(std::string("rule a { condition: true }\n\0rule", 32)),
              StartsWith("yara/b.yar:2: a zero byte"));
}

TEST(YaraCompile, GarbageIsAnErrorAndNoCrash) {
  std::mt19937 random(1);
  const std::string words[] = {"rule ",
                               "a ",
                               "{ ",
                               "} ",
                               "strings:",
                               "$a = ",
                               "\"x\" ",
                               "/(a|b)*/ ",
                               "{ 4? [2-] (01|02) } ",
                               "condition: ",
                               "for ",
                               "any ",
                               "of ",
                               "them ",
                               "( ",
                               ") ",
                               "import \"elf\" ",
                               "\xff\xfe",
                               "\\",
                               "\n",
                               "not ",
                               "-1 ",
                               "~"};
  for (int i = 0; i < 2000; ++i) {
    std::string text;
    for (int j = 0; j < 12; ++j) text += words[random() % std::size(words)];
    const std::string error = error_of(text);
    if (!error.empty()) {
      EXPECT_THAT(error, StartsWith("yara/b.yar:")) << text;
    }
  }
  EXPECT_NE(error_of("rule a { condition: " + std::string(100'000, '(') + " }"), "");
  EXPECT_NE(error_of("rule a { strings: $a = /" + std::string(100'000, '(') + "/ condition: $a }"),
            "");
}

TEST(YaraCompile, FilesWithoutARuleAreNoRules) {
  const auto rules = compile({{"yara/a.yar", "// nothing yet\n"}});
  ASSERT_TRUE(rules.ok());
  EXPECT_EQ(*rules, nullptr);
}

TEST(YaraScan, AMatchSaysWhatTheRuleSaysAndWhere) {
  const intel::YaraResult result = scanned(
      "rule found : one two { meta: author = \"us\" score = 7 tested = true\n"
      "  strings: $a = \"needle\" $b = \"hay\" condition: #a == 2 and $b }\n"
      "rule missing { strings: $a = \"nail\" condition: $a }\n"
      "private rule quiet { condition: true }\n",
      "hay needle hay needle");
  EXPECT_EQ(result.end, YaraEnd::kWhole);
  ASSERT_THAT(names(result), ElementsAre("found"));
  const intel::YaraMatch& match = result.matches[0];
  EXPECT_EQ(match.file, "yara/rules.yar");
  EXPECT_THAT(match.tags, ElementsAre("one", "two"));
  ASSERT_EQ(match.meta.size(), 3u);
  EXPECT_EQ(std::get<std::string>(match.meta[0].value), "us");
  EXPECT_EQ(std::get<std::int64_t>(match.meta[1].value), 7);
  EXPECT_EQ(std::get<bool>(match.meta[2].value), true);
  ASSERT_GE(match.strings.size(), 2u);
  EXPECT_EQ(match.strings[0].name, "$a");
  EXPECT_EQ(match.strings[0].offset, 4u);
  EXPECT_EQ(match.strings[1].offset, 15u);
}

TEST(YaraScan, WhatIsSaidOfAMatchIsBounded) {
  std::string meta;
  std::string tags;
  for (int i = 0; i < 100; ++i) {
    meta += " m" + std::to_string(i) + " = \"" + std::string(1000, 'x') + "\"";
    tags += " t" + std::to_string(i);
  }
  const intel::YaraResult result =
      scanned("rule a :" + tags + " { meta:" + meta +
                  " strings: $a = \"x\" $b = \"xx\" $c = \"xxx\" $d = \"xxxx\" "
                  "condition: #a > 9 and #b > 9 and #c > 9 and #d > 9 }",
              std::string(1000, 'x'));
  ASSERT_EQ(result.matches.size(), 1u);
  EXPECT_EQ(result.matches[0].tags.size(), kMaxTags);
  EXPECT_EQ(result.matches[0].meta.size(), kMaxMeta);
  EXPECT_LE(std::get<std::string>(result.matches[0].meta[0].value).size(), kMaxTextBytes + 3);
  EXPECT_EQ(result.matches[0].strings.size(), kMaxStrings);
}

TEST(YaraScan, ASlowRuleIsCutAndSoIsEverythingAfterIt) {
  const auto rules = compile({{"yara/slow.yar",
                               "rule slow { condition: for all i in (0..filesize) : ("
                               "for all j in (0..filesize) : (uint8(i) + uint8(j) < 1000)) }"}});
  ASSERT_TRUE(rules.ok());
  const auto scan = (*rules)->begin({.time = std::chrono::seconds(1)});
  EXPECT_EQ(scan->scan(as_bytes(std::string(1 << 20, 'x'))).end, YaraEnd::kOutOfTime);
  const intel::YaraResult after = scan->scan(as_bytes("x"));
  EXPECT_EQ(after.end, YaraEnd::kOutOfTime);
  EXPECT_THAT(after.matches, IsEmpty());
}

std::string many(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}
constexpr const char* kCounts = "rule counts { strings: $a = \"MZab\" condition: #a > 3 }";

TEST(YaraScan, AStringThatMatchesAMillionTimesIsSaidToBeToomuch) {
  const intel::YaraResult result = scanned(kCounts, many("MZab", 1'000'100));
  EXPECT_EQ(result.end, YaraEnd::kTooManyMatches);
  EXPECT_THAT(names(result), ElementsAre("counts"));
}

TEST(YaraScan, MemoryEndsAtItsLimitAndTheNextFileIsLookedAt) {
  const auto rules = compile({{"yara/counts.yar", kCounts}});
  ASSERT_TRUE(rules.ok());
  const auto scan = (*rules)->begin({.memory_bytes = 8 << 20});
  EXPECT_EQ(scan->scan(as_bytes(many("MZab", 900'000))).end, YaraEnd::kOutOfMemory);
  const intel::YaraResult after = scan->scan(as_bytes(many("MZab", 10)));
  EXPECT_EQ(after.end, YaraEnd::kWhole);
  EXPECT_THAT(names(after), ElementsAre("counts"));
}

TEST(YaraScan, AnEmptyFileIsAFile) {
  EXPECT_THAT(names(scanned("rule empty { condition: filesize == 0 }", "")), ElementsAre("empty"));
}

TEST(YaraScan, ModulesReadHostileBytes) {
  const std::string rules =
      "import \"elf\" import \"dex\" import \"macho\" import \"math\"\n"
      "rule a { condition: elf.number_of_sections > 0 or dex.header.class_defs_size > 0 or "
      "math.entropy(0, filesize) > 9.0 }";
  std::mt19937 random(2);
  for (const std::string magic : {"\x7f"
                                  "ELF\x02\x01\x01",
                                  "dex\n035", "\xcf\xfa\xed\xfe"}) {
    for (int i = 0; i < 50; ++i) {
      std::string bytes = magic;
      while (bytes.size() < 600) bytes += static_cast<char>(random() % (i % 2 == 0 ? 256 : 4));
      EXPECT_EQ(scanned(rules, bytes).end, YaraEnd::kWhole);
    }
  }
}

}  // namespace
}  // namespace bartizan::yara
