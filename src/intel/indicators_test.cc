#include "intel/indicators.h"

#include <gtest/gtest.h>

namespace bartizan::intel {
namespace {

constexpr std::string_view kFile =
    "# source: a test\n"
    "# confidence: 80\n"
    "package\tcom.spy.app\tstalkerware\tSpyApp\n"
    "signer_sha1\t31a6ececd97cf39bc4126b8745cd94a7c30bf81c\tstalkerware\tSpyApp\n"
    "url\tfiles.example.com/drop/a.apk\tmalware\tDropper\n"
    "host\tone.example.net\tphishing\tKit\n"
    "domain\tevil.example.org\tspyware\tOrg\n";

IndicatorSet set_of(std::string_view text) {
  auto indicators = parse_indicators(text, "test.tsv");
  EXPECT_TRUE(indicators.ok()) << (indicators.ok() ? "" : indicators.error().message);
  return IndicatorSet(indicators.ok() ? std::move(indicators).value() : std::vector<Indicator>{});
}

TEST(Indicators, AreFoundByTheirKind) {
  const IndicatorSet set = set_of(kFile);
  ASSERT_NE(set.find_package("com.spy.app"), nullptr);
  EXPECT_EQ(set.find_package("com.spy.app")->name, "SpyApp");
  EXPECT_EQ(set.find_package("com.spy.app")->source, "a test");
  EXPECT_EQ(set.find_package("com.spy.app")->confidence, 80);
  EXPECT_EQ(set.find_package("com.spy"), nullptr);
  EXPECT_NE(set.find_signer("", "31A6ECECD97CF39BC4126B8745CD94A7C30BF81C"), nullptr);
  EXPECT_NE(set.find_url("files.example.com", "/drop/a.apk"), nullptr);
  EXPECT_NE(set.find_url("files.example.com", "/drop/a.apk/"), nullptr);
  EXPECT_EQ(set.find_url("files.example.com", "/drop"), nullptr);
  EXPECT_NE(set.find_host("one.example.net"), nullptr);
  EXPECT_EQ(set.find_host("www.one.example.net"), nullptr);
}

TEST(Indicators, OfADomainCoverTheNamesBelowItAndNoOthers) {
  const IndicatorSet set = set_of(kFile);
  EXPECT_NE(set.find_domain("evil.example.org"), nullptr);
  EXPECT_NE(set.find_domain("a.b.evil.example.org"), nullptr);
  EXPECT_EQ(set.find_domain("notevil.example.org"), nullptr);
  EXPECT_EQ(set.find_domain("example.org"), nullptr);
}

TEST(Indicators, OfDigestsThatMeanTheirNeighboursTheNearestInReachIsFound) {
  const std::string digest =
      "T17311D8DEC6C0C918A69F59407D3C844F46B11F119C37A97211EA940ACD4EB02C31985A";
  std::string changed = digest;  // four buckets at most, one quarter or more each
  changed[40] = changed[40] == '0' ? '1' : '0';
  const std::string head = "# source: s\n# distance: ";
  const std::string rows = "\ntlsh\t" + digest + "\tmalware\tFamily\npackage\tcom.a\tmalware\tA\n";
  const IndicatorSet wide = set_of(head + "12" + rows);
  ASSERT_TRUE(wide.find_near(changed).has_value());
  EXPECT_EQ(wide.find_near(changed)->indicator->name, "Family");
  EXPECT_GT(wide.find_near(changed)->distance, 0);
  EXPECT_EQ(wide.find_near(digest)->distance, 0);
  const IndicatorSet narrow = set_of(head + "0" + rows);
  EXPECT_TRUE(narrow.find_near(digest).has_value());
  EXPECT_FALSE(narrow.find_near(changed).has_value());
  EXPECT_FALSE(wide.find_near("").has_value());
  EXPECT_FALSE(set_of("# source: s\n").find_near(digest).has_value());
  EXPECT_FALSE(parse_indicators("# source: s\ntlsh\tT1AB\tmalware\tA\n", "f").ok());
  EXPECT_FALSE(parse_indicators("# source: s\n# distance: 101\n", "f").ok());
}

TEST(Indicators, TheMoreConfidentOfTwoIsKept) {
  auto low =
      parse_indicators("# source: low\n# confidence: 10\nhost\ta.example\tphishing\tA\n", "");
  auto high =
      parse_indicators("# source: high\n# confidence: 99\nhost\ta.example\tmalware\tB\n", "");
  std::vector<Indicator> both = *low;
  both.push_back(high->front());
  const IndicatorSet set{both};
  EXPECT_EQ(set.size(), 1u);
  EXPECT_EQ(set.find_host("a.example")->source, "high");
}

TEST(Indicators, AValueAloneTakesTheRestFromTheHeader) {
  const IndicatorSet set = set_of(
      "# source: s\n# kind: domain\n# type: phishing\n# name: crypto phishing\nevil.example\n");
  ASSERT_NE(set.find_domain("www.evil.example"), nullptr);
  EXPECT_EQ(set.find_domain("www.evil.example")->name, "crypto phishing");
  EXPECT_EQ(set.find_domain("www.evil.example")->type, IndicatorType::kPhishing);
}

TEST(Indicators, MalformedLinesAreNamed) {
  const auto message_of = [](std::string_view text) {
    const auto result = parse_indicators(text, "f.tsv");
    return result.ok() ? std::string() : result.error().message;
  };
  EXPECT_EQ(message_of("host\ta.example\tphishing\tA\n").substr(0, 8), "f.tsv:1:");
  EXPECT_EQ(message_of("# source: s\nhost\ta.example\tphishing\n").substr(0, 8), "f.tsv:2:");
  EXPECT_NE(message_of("# source: s\nhost\tA.example\tphishing\tA\n"), "");
  EXPECT_NE(message_of("# source: s\nfile_sha256\tabc\tmalware\tA\n"), "");
  EXPECT_NE(message_of("# source: s\na.example\n"), "") << "no kind in the header";
  EXPECT_NE(message_of("# source: s\nsmell\tbad\tmalware\tA\n"), "");
  EXPECT_NE(message_of("# source: s\nhost\ta.example\tnuisance\tA\n"), "");
  EXPECT_NE(message_of("# source: s\n# confidence: 101\n"), "");
}

}  // namespace
}  // namespace bartizan::intel
