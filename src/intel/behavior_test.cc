#include "intel/behavior.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/file.h"
#include "intel/text_filter.h"

namespace bartizan::intel {
namespace {

namespace fs = std::filesystem;

TechniqueSet techniques() {
  return *TechniqueSet::load(
      "techniques: {T1636.004: {name: SMS Messages, platforms: [android], app_vetting: [android]}}",
      "techniques.yaml");
}

// A folder with one behaviour in it.
class OneBehavior {
 public:
  explicit OneBehavior(std::string_view text)
      : folder_(fs::temp_directory_path() / ("bartizan_behavior_" + std::to_string(::getpid())) /
                "behaviors") {
    fs::create_directories(folder_);
    std::ofstream(folder_ / "sms_read.yaml") << text;
  }
  ~OneBehavior() { fs::remove_all(folder_.parent_path()); }
  Result<BehaviorSet> load() const { return BehaviorSet::load(folder_, techniques()); }
  std::string error() const {
    const auto loaded = load();
    return loaded.ok() ? "loaded" : loaded.error().message;
  }

 private:
  fs::path folder_;
};

std::string behavior(std::string_view when, std::string_view more = "") {
  return "id: sms_read\nversion: \"1\"\ntitle: Reads messages\ntechniques: [T1636.004]\n"
         "platforms: [android]\n" +
         std::string(more) + "when:\n" + std::string(when);
}

TEST(Behaviors, TellWhatOfTheCodeTheyAskAbout) {
  const OneBehavior folder(
      behavior("  a: {calls: La/B;->c, fields: La/B;->D, overrides: La/E;->f}\n"
               "  b: {strings|startswith: content, classes|startswith: Lx/}\n"
               "  c: {strings|contains: pad, strings|endswith: end, strings: whole}\n"
               "  d: {entries|endswith: .so, native_imports: ptrace}\n"));
  const auto loaded = folder.load();
  ASSERT_TRUE(loaded.ok()) << loaded.error().message;
  const BehaviorPatterns& patterns = loaded->patterns();
  EXPECT_EQ(patterns.calls, std::vector<std::string>{"La/B;->c"});
  EXPECT_EQ(patterns.fields, std::vector<std::string>{"La/B;->D"});
  EXPECT_EQ(patterns.overrides, std::vector<std::string>{"La/E;->f"});
  EXPECT_EQ(patterns.strings, (std::vector<std::string>{"*end", "*pad*", "content*", "whole"}));
  EXPECT_EQ(patterns.classes, std::vector<std::string>{"Lx/*"});
  EXPECT_TRUE(loaded->asks_about_entry("lib/x.so"));
  EXPECT_FALSE(loaded->asks_about_entry("lib/x.sox"));
  EXPECT_TRUE(loaded->asks_about_import("ptrace"));
  EXPECT_FALSE(loaded->asks_about_import("ptraced"));
  ASSERT_NE(loaded->find("sms_read"), nullptr);
  EXPECT_EQ(loaded->find("sms_write"), nullptr);
}

TEST(Behaviors, MistakesAreNamedWithTheirLine) {
  const auto error = [](std::string_view when, std::string_view more = "") {
    return OneBehavior(behavior(when, more)).error();
  };
  EXPECT_EQ(error("  a: {permissions: x}\n"), "loaded");
  EXPECT_EQ(error("  a: {permisions: x}\n"),
            "behaviors/sms_read.yaml:7: unknown field 'permisions'");
  EXPECT_EQ(error("  a: {permissions: x}\n  b: {calls: sendTextMessage}\n"),
            "behaviors/sms_read.yaml:8: 'calls' is compared with whole members, Lclass;->name");
  EXPECT_EQ(error("  a: {calls|startswith: La/B;->c}\n"),
            "behaviors/sms_read.yaml:7: 'calls' is compared with whole members, Lclass;->name");
  EXPECT_EQ(error("  a: {strings|re: x}\n"),
            "behaviors/sms_read.yaml:7: 'strings' takes no patterns; 'urls' does");
  EXPECT_EQ(error("  a: {classes|contains: x}\n"),
            "behaviors/sms_read.yaml:7: 'classes' is compared with descriptors or how they start, "
            "Lpackage/");
  EXPECT_EQ(error("  a: {calls: La/B;->c}\n  b: {strings: x}\n  condition: a and not b\n",
                  "scope: method\n"),
            "behaviors/sms_read.yaml:9: 'strings' cannot stand under 'not' in the scope of a class "
            "or method");
  EXPECT_EQ(error("  a: {permissions: x}\n", "scope: file\n"),
            "behaviors/sms_read.yaml:1: unknown scope 'file': app, class or method");
  EXPECT_EQ(error("  a: {permissions: x}\n", "author: me\n"),
            "behaviors/sms_read.yaml:6: unknown key 'author'");
  EXPECT_EQ(OneBehavior("id: other\nwhen: {permissions: x}\n").error(),
            "behaviors/sms_read.yaml:1: the id must be 'sms_read', as the file is named");
  EXPECT_EQ(OneBehavior("id: sms_read\nversion: \"1\"\ntitle: t\ntechniques: [T9]\n"
                        "platforms: [android]\nwhen: {permissions: x}\n")
                .error(),
            "behaviors/sms_read.yaml:1: unknown technique 'T9'");
}

TEST(Behaviors, AFolderThatIsNotThereIsEmpty) {
  const auto loaded = BehaviorSet::load("no/such/folder", techniques());
  ASSERT_TRUE(loaded.ok());
  EXPECT_TRUE(loaded->all().empty());
  EXPECT_FALSE(loaded->asks_about_entry("x"));
}

TEST(TextFilter, ExcludesOnlyWhatNoUseCanMatch) {
  using rules::Operator;
  const auto filter =
      TextFilter::compile({{.operation = Operator::kEquals, .value = "a.b"},
                           {.operation = Operator::kContains, .value = "(x"},
                           {.operation = Operator::kEndsWith, .value = ".so"},
                           {.operation = Operator::kMatches, .value = "^v[0-9]+$"}});
  ASSERT_TRUE(filter.ok());
  for (const char* text : {"a.b", "f(x)", "lib.so", "v12"}) EXPECT_TRUE(filter->may_match(text));
  for (const char* text : {"aXb", "a.bc", "fx", "lib.sox", "v12a", ""})
    EXPECT_FALSE(filter->may_match(text)) << text;
}

}  // namespace
}  // namespace bartizan::intel
