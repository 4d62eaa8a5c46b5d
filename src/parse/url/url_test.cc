#include "parse/url/url.h"

#include <gtest/gtest.h>

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

TEST(Link, AWordOrAnUnknownSchemeIsNoAddress) {
  for (const char* text : {"ht!tp://%%%", "ht tp://example.com", "word", "word/path",
                           "://example.com", "1http://example.com", "hxxp", "[.]", "example[.com"})
    EXPECT_FALSE(parse_link(text).ok()) << text;
  EXPECT_EQ(parse_link("localhost:3000/x")->host, "localhost");
  EXPECT_EQ(parse_link("192.0.2.1/x")->host, "192.0.2.1");
  EXPECT_EQ(parse_link("[::1]:80")->host, "[::1]");
  EXPECT_EQ(parse_link("example.com/x?u=http://other.example")->host, "example.com");
}

// What is read, as "host port path" when all were written, and whether it was seen as defanged.
std::string read_of(std::string_view text) {
  const Result<Url> url = parse_link(text);
  if (!url.ok()) return "error";
  return std::string(url->has(UrlAnomaly::kDefanged) ? "" : "plain ") + url->scheme + " " +
         url->host + (url->port ? ":" + std::to_string(*url->port) : "") + " " + url->path;
}

TEST(Link, DefangedIsReadAsWhatItStandsFor) {
  EXPECT_EQ(read_of("hxxp://evil.example/a"), "http evil.example /a");
  EXPECT_EQ(read_of("hXXps://evil[.]example/a[.]php"), "https evil.example /a.php");
  EXPECT_EQ(read_of("h**p://evil.example"), "http evil.example /");
  EXPECT_EQ(read_of("https[:]//evil.example/"), "https evil.example /");
  EXPECT_EQ(read_of("hxxps[://]evil[.]example"), "https evil.example /");
  EXPECT_EQ(read_of("evil[.]example"), "https evil.example /");
  EXPECT_EQ(read_of("evil(.)sub{.}example/x"), "https evil.sub.example /x");
  EXPECT_EQ(read_of("evil[dot]example"), "https evil.example /");
  EXPECT_EQ(read_of("evil[DOT]example"), "https evil.example /");
  EXPECT_EQ(read_of("evil(dot)example[:]8443/x"), "https evil.example:8443 /x");
  EXPECT_EQ(read_of("192[.]0[.]2[.]1"), "https 192.0.2.1 /");
  EXPECT_EQ(read_of("http://paypal.com[@]evil.example/"), "http evil.example /");
  EXPECT_EQ(read_of("hxxps://a[.]b"), "https a.b /");
}

TEST(Link, BracketsElsewhereAreNoDefanging) {
  EXPECT_EQ(read_of("https://example.com/a[.]b(.)c"), "plain https example.com /a[.]b(.)c");
  EXPECT_EQ(read_of("https://example.com/?q=[.]"), "plain https example.com /");
  EXPECT_EQ(read_of("http://[::1]/x"), "plain http [::1] /x");
  EXPECT_EQ(read_of("https://example.com/hxxp://x"), "plain https example.com /hxxp://x");
  EXPECT_EQ(read_of("hxxp.example/x"), "plain https hxxp.example /x");
}

TEST(Link, WhatIsHiddenIsSeen) {
  const auto anomalies_of = [](std::string_view text) {
    std::string out;
    const Result<Url> url = parse_link(text);
    for (const UrlAnomaly one : url->anomalies)
      out += (out.empty() ? "" : " ") + std::string(to_string(one));
    return out;
  };
  EXPECT_EQ(anomalies_of("https://ev\u200bil.example/"),
            "mapped_host invisible_characters invisible_in_host");
  EXPECT_EQ(anomalies_of("https://evil.example/a\u200bb"), "invisible_characters");
  EXPECT_EQ(anomalies_of("https://evil.example/\u202egpj.exe"), "direction_control");
  EXPECT_EQ(anomalies_of("https://evil.example/\u2067x\u2069"), "direction_control");
  EXPECT_EQ(anomalies_of("https://xn--mgbh0fb.example/\u0645\u200c\u0645/\u2764\ufe0f"), "");
  EXPECT_EQ(anomalies_of("https://evil.example/%E2%80%AE"), "");
  // In the host itself, turning the direction is refused.
  EXPECT_FALSE(parse_link("https://evil\u202emoc.example/").ok());
}

TEST(Url, AFinalDotHidesNoAddress) {
  EXPECT_FALSE(parse_link("http://1.2.3.4./")->has(UrlAnomaly::kObscureIpv4));
  EXPECT_TRUE(parse_link("http://0x1020304./")->has(UrlAnomaly::kObscureIpv4));
}

}  // namespace
}  // namespace bartizan::parse
