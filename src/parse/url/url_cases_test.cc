// The project's own cases, one rule after the other, from tests/links/url_cases.txt and
// host_cases.txt.
#include <gtest/gtest.h>

#include <fstream>

#include "base/json.h"
#include "parse/url/host.h"
#include "parse/url/url_record.h"

namespace bartizan::parse {
namespace {

std::vector<std::vector<std::string>> rows_of(const char* file) {
  std::vector<std::vector<std::string>> rows;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.front() == '#') continue;
    std::vector<std::string>& row = rows.emplace_back();
    for (std::size_t from = 0; from <= line.size();) {
      const std::size_t end = std::min(line.find('\t', from), line.size());
      row.push_back(line.substr(from, end - from));
      from = end + 1;
    }
  }
  return rows;
}

// A JSON string's text, or nothing for a word beside.
std::optional<std::string> text_in(const std::string& cell) {
  if (!cell.starts_with('"')) return std::nullopt;
  const Result<json::value> value = parse_json(cell);
  EXPECT_TRUE(value.ok()) << cell;
  return value.ok() ? std::string(value->as_string()) : "";
}

TEST(UrlCases, AddressesAreWrittenAsTheStandardSays) {
  const auto rows = rows_of("tests/links/url_cases.txt");
  EXPECT_GE(rows.size(), 130U);
  for (const std::vector<std::string>& row : rows) {
    ASSERT_EQ(row.size(), 3U) << row[0];
    const std::optional<std::string> base = text_in(row[1]);
    const Result<UrlRecord> at = parse_url_record(base.value_or("about:blank"));
    ASSERT_TRUE(at.ok()) << row[1];
    const Result<UrlRecord> url = parse_url_record(*text_in(row[0]), base ? &*at : nullptr);
    const std::string written = url.ok() ? serialise(*url) : "failure";
    EXPECT_EQ(written, text_in(row[2]).value_or("failure")) << row[0] << " at " << row[1];
  }
}

TEST(UrlCases, HostsBecomeWhatBrowsersConnectTo) {
  const auto rows = rows_of("tests/links/host_cases.txt");
  EXPECT_GT(rows.size(), 70U);
  for (const std::vector<std::string>& row : rows) {
    ASSERT_EQ(row.size(), 2U) << row[0];
    const Result<Host> host = parse_host(*text_in(row[0]));
    EXPECT_EQ(host.ok() ? host->text : "failure", text_in(row[1]).value_or("failure")) << row[0];
  }
}

TEST(UrlCases, OriginsLeaveOutWhoAndWhere) {
  const auto origin_of = [](std::string_view text) {
    return serialise_origin(*parse_url_record(text));
  };
  EXPECT_EQ(origin_of("https://ann:pw@shop.example:8443/a?b#c"), "https://shop.example:8443");
  EXPECT_EQ(origin_of("blob:https://shop.example/1-2"), "https://shop.example");
  EXPECT_EQ(origin_of("blob:ftp://shop.example/1-2"), "null");
  EXPECT_EQ(origin_of("blob:x"), "null");
  EXPECT_EQ(origin_of("file:///a"), "null");
  EXPECT_EQ(origin_of("mailto:ann@shop.example"), "null");
}

}  // namespace
}  // namespace bartizan::parse
