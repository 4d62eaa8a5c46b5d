#include "rules/yaml.h"

#include <gtest/gtest.h>

namespace bartizan::rules {
namespace {

std::string error_of(std::string_view text) {
  const auto parsed = parse_yaml(text, "f.yaml");
  return parsed.ok() ? "parsed" : parsed.error().message;
}

TEST(Yaml, KeepsOrderLinesAndQuotes) {
  const auto root = parse_yaml("b: 17.10\na:\n  - true\n  - \"true\"\n  - null\n", "f.yaml");
  ASSERT_TRUE(root.ok()) << root.error().message;
  ASSERT_EQ(root->entries.size(), 2u);
  EXPECT_EQ(root->entries[0].key, "b");
  EXPECT_EQ(root->entries[0].value.text, "17.10");
  const YamlNode& list = *root->find("a");
  ASSERT_EQ(list.items.size(), 3u);
  EXPECT_EQ(list.items[0].line, 3);
  EXPECT_EQ(list.items[0].as_boolean(), true);
  EXPECT_EQ(list.items[1].as_boolean(), std::nullopt);
  EXPECT_TRUE(list.items[2].is_null());
}

TEST(Yaml, ErrorsNameFileAndLine) {
  EXPECT_EQ(error_of("a: 1\na: 2\n"), "f.yaml:2: key 'a' is repeated");
  EXPECT_EQ(error_of("a: &x 1\n"), "f.yaml:1: anchors are not allowed");
  EXPECT_EQ(error_of("a: 1\nb: !!binary aGk=\n"), "f.yaml:2: tags are not allowed");
  EXPECT_EQ(error_of("? [a]\n: 1\n"), "f.yaml:1: a key must be plain text");
  EXPECT_EQ(error_of("a: 1\n---\nb: 2\n"), "f.yaml:2: only one document is allowed in a file");
  EXPECT_TRUE(error_of("a: [1\n").starts_with("f.yaml:2: ")) << error_of("a: [1\n");
}

TEST(Yaml, DepthAndSizeAreBounded) {
  const std::string deep = std::string(10'000, '[') + std::string(10'000, ']');
  EXPECT_EQ(error_of(deep), "f.yaml:1: nested deeper than 32");
  EXPECT_EQ(parse_yaml(deep, "f").error().code, ErrorCode::kLimit);
  EXPECT_EQ(parse_yaml(std::string(kMaxYamlBytes + 1, ' '), "f").error().code, ErrorCode::kLimit);
  std::string dashes;
  for (int i = 0; i < 10'000; ++i) dashes += "- ";
  EXPECT_EQ(error_of(dashes + "a"), "f.yaml:1: nested deeper than 32");
  std::string many = "[";
  for (std::size_t i = 0; i <= kMaxYamlNodes; ++i) many += "1,";
  EXPECT_EQ(error_of(many + "1]"), "f.yaml:1: too many values");
}

TEST(Yaml, JsonIsYamlAndBack) {
  const auto root = parse_yaml(R"({"a": [1, 2.5, "3"], "b": true, "c": {}})", "f");
  ASSERT_TRUE(root.ok());
  EXPECT_EQ(canonical_json(to_json(*root)), R"({"a":[1,2.5E0,"3"],"b":true,"c":{}})");
}

TEST(YamlMap, UnknownMissingAndMistypedKeysAreErrors) {
  const auto root = parse_yaml("name: x\nmode: loud\nlist: []\nextra: 1\n", "f.yaml");
  ASSERT_TRUE(root.ok());
  YamlMap map(*root, "f.yaml");
  EXPECT_EQ(map.text("name").value(), "x");
  EXPECT_EQ(map.text("title").error().message, "f.yaml:1: 'title' is missing");
  EXPECT_EQ(map.enumerator<PolicyMode>("mode").error().message, "f.yaml:2: unknown mode 'loud'");
  EXPECT_EQ(map.texts("list").error().message, "f.yaml:3: 'list' must not be empty");
  EXPECT_EQ(map.finish().error().message, "f.yaml:4: unknown key 'extra'");
  EXPECT_EQ(map.integer("name", 0, 9).error().message,
            "f.yaml:1: 'name' must be an integer from 0 to 9");
}

}  // namespace
}  // namespace bartizan::rules
