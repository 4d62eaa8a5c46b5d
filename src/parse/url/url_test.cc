#include "parse/url/url.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "base/file.h"
#include "base/json.h"
#include "parse/url/ip_address.h"

namespace bartizan::parse {
namespace {

std::string host_of(std::string_view text) {
  const Result<Url> url = parse_url(text);
  return url.ok() ? url->host : "error";
}

TEST(Url, SplitsAnOrdinaryAddress) {
  const Result<Url> url = parse_url("HTTPS://Www.Example.COM:8443/a/b?c=d#e");
  ASSERT_TRUE(url.ok());
  EXPECT_EQ(url->scheme, "https");
  EXPECT_EQ(url->host, "www.example.com");
  EXPECT_EQ(url->host_kind, HostKind::kDomain);
  EXPECT_EQ(url->port, 8443);
  EXPECT_EQ(url->path, "/a/b");
  EXPECT_EQ(url->query, "c=d");
  EXPECT_EQ(url->fragment, "e");
  EXPECT_TRUE(url->anomalies.empty());
}

TEST(Url, WhatStandsBeforeTheLastAtIsNotTheHost) {
  const Result<Url> url = parse_url("https://paypal.com:secret@accounts@evil.example/login");
  ASSERT_TRUE(url.ok());
  EXPECT_EQ(url->host, "evil.example");
  EXPECT_EQ(url->username, "paypal.com");
  EXPECT_TRUE(url->has_password);
  EXPECT_TRUE(url->has(UrlAnomaly::kUserInfo));
}

TEST(Url, BackslashesAndMissingOrManySlashesAreSlashes) {
  EXPECT_EQ(host_of("https:\\\\evil.example\\@paypal.com"), "evil.example");
  EXPECT_EQ(host_of("https:evil.example"), "evil.example");
  EXPECT_EQ(host_of("https:////evil.example/x"), "evil.example");
  EXPECT_TRUE(parse_url("https://evil.example\\x")->has(UrlAnomaly::kBackslash));
  EXPECT_EQ(parse_url("https://evil.example\\x")->path, "/x");
}

TEST(Url, TabsLineEndsAndSpacesAroundAreDropped) {
  const Result<Url> url = parse_url(" \x01https://ev\til.exa\nmple/ \r\n");
  ASSERT_TRUE(url.ok());
  EXPECT_EQ(url->host, "evil.example");
  EXPECT_TRUE(url->has(UrlAnomaly::kRemovedCharacters));
}

TEST(Url, HostsAreDecodedAndMapped) {
  EXPECT_EQ(host_of("https://%65vil.example"), "evil.example");
  EXPECT_EQ(host_of("https://ｅｖｉｌ．example"), "evil.example");
  EXPECT_EQ(host_of("https://e\u00advil.example"), "evil.example");
  EXPECT_EQ(host_of("https://BÜCHER.example"), "xn--bcher-kva.example");
  EXPECT_EQ(host_of("https://faß.example"), "xn--fa-hia.example");
  EXPECT_EQ(host_of("https://evil.example./"), "evil.example");
  EXPECT_TRUE(parse_url("https://%65vil.example")->has(UrlAnomaly::kPercentEncodedHost));
  EXPECT_FALSE(parse_url("https://b%C3%BCcher.example")->has(UrlAnomaly::kPercentEncodedHost));
  EXPECT_EQ(host_of("https://b%C3%BCcher.example"), "xn--bcher-kva.example");
  EXPECT_TRUE(parse_url("https://ｅｖｉｌ.example")->has(UrlAnomaly::kMappedHost));
  EXPECT_TRUE(parse_url("https://evil.example./")->has(UrlAnomaly::kTrailingDot));
}

TEST(Url, NumbersAreIpv4HoweverTheyAreWritten) {
  for (const char* text :
       {"http://127.0.0.1", "http://0x7f.1", "http://2130706433", "http://0177.0.0.1",
        "http://0x7F000001/", "http://127.1.", "http://１２７.0.0.1"}) {
    EXPECT_EQ(host_of(text), "127.0.0.1") << text;
  }
  EXPECT_TRUE(parse_url("http://0x7f.1")->has(UrlAnomaly::kObscureIpv4));
  EXPECT_FALSE(parse_url("http://127.0.0.1")->has(UrlAnomaly::kObscureIpv4));
  for (const char* text : {"http://256.1.1.1.1", "http://1.2.3.256", "http://4294967296",
                           "http://08.1.1.1", "http://1..2", "http://example.0x"}) {
    EXPECT_EQ(host_of(text), "error") << text;
  }
}

TEST(Url, Ipv6IsWrittenShort) {
  EXPECT_EQ(host_of("http://[2001:DB8:0:0:1:0:0:1]/"), "[2001:db8::1:0:0:1]");
  EXPECT_EQ(host_of("http://[::ffff:192.0.2.1]:80/"), "[::ffff:c000:201]");
  EXPECT_EQ(host_of("http://[::]/"), "[::]");
  for (const char* text :
       {"http://[1:2]", "http://[::1", "http://[:1]", "http://[1::2::3]", "http://[1:2:3:4:5:6:7:]",
        "http://[::1%25eth0]", "http://[::1.2.3]", "http://[::01.2.3.4]"}) {
    EXPECT_EQ(host_of(text), "error") << text;
  }
}

TEST(Url, WhatNoBrowserOpensIsRefused) {
  for (const char* text :
       {"", "example.com", "https://", "https://@/", "https://a b/", "https://a:65536/",
        "https://a:x/", "https://a<b/", "https://%00/", "https://\xff/"}) {
    EXPECT_FALSE(parse_url(text).ok()) << text;
  }
  EXPECT_FALSE(parse_url("https://" + std::string(kMaxUrlBytes, 'a')).ok());
}

TEST(Url, OtherSchemesHaveNoHostOrAnOpaqueOne) {
  EXPECT_EQ(parse_url("mailto:a@example.com")->host_kind, HostKind::kNone);
  EXPECT_EQ(parse_url("tel:123")->path, "123");
  EXPECT_EQ(parse_url("intent://Scan/#Intent")->host, "Scan");
  EXPECT_EQ(parse_url("intent://Scan/#Intent")->host_kind, HostKind::kOpaque);
}

TEST(Link, WithoutASchemeIsReadAsPeopleMeanIt) {
  EXPECT_EQ(parse_link("example.com/login")->host, "example.com");
  EXPECT_TRUE(parse_link("example.com/login")->has(UrlAnomaly::kMissingScheme));
  EXPECT_EQ(parse_link("example.com:8080/x")->port, 8080);
  EXPECT_EQ(parse_link("//example.com/x")->host, "example.com");
  EXPECT_EQ(parse_link("tel:123")->scheme, "tel");
  EXPECT_EQ(parse_link("http://example.com")->scheme, "http");
  EXPECT_FALSE(parse_link("").ok());
  EXPECT_FALSE(parse_link("not a link").ok());
}

// Absolute inputs of the web platform tests: refused where they must be, the same host elsewhere.
TEST(UrlCorpus, HostsAreAsTheWebPlatformTestsSay) {
  const char* corpus = std::getenv("BARTIZAN_CORPUS");
  if (corpus == nullptr) GTEST_SKIP() << "corpus not present";
  const Result<std::string> text =
      read_file(std::filesystem::path(corpus) / "url/urltestdata.json", 4 << 20);
  ASSERT_TRUE(text.ok());
  const Result<json::value> cases = parse_json(*text);
  ASSERT_TRUE(cases.ok()) << cases.error().message;
  int total = 0;
  int right = 0;
  for (const json::value& item : cases->as_array()) {
    const json::object* object = item.if_object();
    if (object == nullptr || get_string(*object, "base")) continue;
    const std::string input(get_string(*object, "input").value_or(""));
    const bool must_fail = get_bool(*object, "failure").value_or(false);
    std::string wanted(get_string(*object, "hostname").value_or(""));
    if (wanted.size() > 1 && wanted.ends_with('.') && !wanted.ends_with("..")) wanted.pop_back();
    const Result<Url> url = parse_url(input);
    const bool agrees = must_fail ? !url.ok() : url.ok() && url->host == wanted;
    ++total;
    right += agrees;
    if (!agrees && std::getenv("BARTIZAN_VERBOSE") != nullptr)
      std::printf("  %s: got %s, wanted %s\n", input.c_str(),
                  url.ok() ? url->host.c_str() : url.error().message.c_str(),
                  must_fail ? "failure" : wanted.c_str());
  }
  std::printf("web platform tests, hosts of absolute addresses: %d of %d\n", right, total);
  EXPECT_GE(total, 400);
  EXPECT_GE(right * 1000, total * 989);
}

}  // namespace
}  // namespace bartizan::parse
