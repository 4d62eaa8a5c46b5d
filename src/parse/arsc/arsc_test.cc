#include <gtest/gtest.h>

#include "base/file.h"
#include "parse/arsc/parser.h"

namespace bartizan::parse {
namespace {

// The table of the demo app "banker", made by tools/build_apps --fuzz-corpus: one string, in the
// default language and in German.
std::string table() { return read_file("fuzz/corpus/arsc/banker.arsc", 1 << 16).value_or(""); }

TEST(Arsc, TextInTheDefaultLanguage) {
  const std::string bytes = table();
  EXPECT_EQ(find_string_resource(as_bytes(bytes), 0x7f020000).value_or("none"), "Flashlight Pro");
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

}  // namespace
}  // namespace bartizan::parse
