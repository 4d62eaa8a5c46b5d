#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "parse/dex/strings.h"

namespace bartizan::parse {
namespace {

void append_u32(std::string& out, std::uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>(value >> shift & 0xff);
}

// A header and a table of strings at 0x70, as far as the string walk looks.
std::string build_dex(const std::vector<std::string>& strings) {
  std::string file = std::string("dex\n035\0", 8) + std::string(0x38 - 8, '\0');
  append_u32(file, static_cast<std::uint32_t>(strings.size()));
  append_u32(file, 0x70);
  file.resize(0x70);
  std::string data;
  const std::size_t start = 0x70 + strings.size() * 4;
  for (const std::string& string : strings) {
    append_u32(file, static_cast<std::uint32_t>(start + data.size()));
    data += static_cast<char>(string.size());
    data += string + '\0';
  }
  return file + data;
}

std::vector<std::string> strings_of(const std::string& file, DexStrings& result) {
  std::vector<std::string> out;
  result = visit_dex_strings(as_bytes(file), [&](std::string_view s) { out.emplace_back(s); });
  return out;
}

TEST(Dex, VisitsEveryString) {
  DexStrings result;
  EXPECT_THAT(strings_of(build_dex({"a", "https://example.org/"}), result),
              testing::ElementsAre("a", "https://example.org/"));
  EXPECT_FALSE(result.truncated);
  EXPECT_THAT(result.anomalies, testing::IsEmpty());
}

TEST(Dex, TableOutsideTheFileIsReported) {
  std::string file = build_dex({"a"});
  file[0x3b] = '\x7f';  // two thousand million strings
  DexStrings result;
  EXPECT_THAT(strings_of(file, result), testing::IsEmpty());
  EXPECT_TRUE(result.truncated);
  EXPECT_THAT(anomaly_ids(result.anomalies), testing::ElementsAre("dex.bad_string_table"));
}

TEST(Dex, SharedStringsAreBounded) {
  std::string file = build_dex({std::string(100, 'x')});
  const std::string id = file.substr(0x70, 4);
  std::string many = file.substr(0, 0x38);
  append_u32(many, 10000);
  append_u32(many, static_cast<std::uint32_t>(file.size()));
  many += file.substr(0x40);
  for (int i = 0; i < 10000; ++i) many += id;
  DexStrings result;
  EXPECT_LT(strings_of(many, result).size(), 1000u);
  EXPECT_TRUE(result.truncated);
}

}  // namespace
}  // namespace bartizan::parse
