#include <gtest/gtest.h>

#include "base/file.h"
#include "parse/domain/idna.h"
#include "parse/domain/normalize.h"
#include "parse/domain/public_suffix.h"
#include "parse/domain/punycode.h"
#include "parse/domain/utf8.h"

namespace bartizan::parse {
namespace {

PublicSuffixList shipped_list() {
  auto list =
      PublicSuffixList::load(*read_file("content/tables/public_suffix_icann.txt", 1 << 20),
                             *read_file("content/tables/public_suffix_platform.txt", 1 << 20));
  EXPECT_TRUE(list.ok());
  return std::move(list).value();
}

struct SuffixCase {
  const char* host;
  const char* icann;
  const char* platform;
};

TEST(PublicSuffix, FindsTheRegistrableDomain) {
  const PublicSuffixList list = shipped_list();
  const SuffixCase cases[] = {
      {"com", "", ""},
      {"example.com", "example.com", "example.com"},
      {"a.b.example.com", "example.com", "example.com"},
      // a suffix of two labels
      {"co.uk", "", ""},
      {"www.bank.co.uk", "bank.co.uk", "bank.co.uk"},
      {"uk", "", ""},
      {"something.uk", "something.uk", "something.uk"},
      // wildcard and its exception
      {"ck", "", ""},
      {"any.ck", "", ""},
      {"b.any.ck", "b.any.ck", "b.any.ck"},
      {"www.ck", "www.ck", "www.ck"},
      {"www.www.ck", "www.ck", "www.ck"},
      {"kobe.jp", "kobe.jp", "kobe.jp"},
      {"c.kobe.jp", "", ""},
      {"b.c.kobe.jp", "b.c.kobe.jp", "b.c.kobe.jp"},
      {"city.kobe.jp", "city.kobe.jp", "city.kobe.jp"},
      // a top-level domain nobody lists
      {"nosuchtld", "", ""},
      {"a.b.nosuchtld", "b.nosuchtld", "b.nosuchtld"},
      // platforms: registrable for ICANN, a suffix for people who rent a name there
      {"alice.github.io", "github.io", "alice.github.io"},
      {"github.io", "github.io", ""},
      {"x.y.blogspot.com", "blogspot.com", "y.blogspot.com"},
      // internationalised suffixes
      {"shishi.xn--fiqs8s", "shishi.xn--fiqs8s", "shishi.xn--fiqs8s"},
      {"www.xn--85x722f.xn--55qx5d.cn", "xn--85x722f.xn--55qx5d.cn", "xn--85x722f.xn--55qx5d.cn"},
      // no names
      {"", "", ""},
      {"192.0.2.1", "", ""},
      {"[2001:db8::1]", "", ""},
      {".com", "", ""},
      {"a..com", "", ""},
  };
  for (const SuffixCase& one : cases) {
    EXPECT_EQ(list.registrable_domain_icann(one.host), one.icann) << one.host;
    EXPECT_EQ(list.registrable_domain_platform(one.host), one.platform) << one.host;
  }
  EXPECT_TRUE(list.is_public_suffix("github.io"));
  EXPECT_TRUE(list.is_public_suffix("co.uk"));
  EXPECT_FALSE(list.is_public_suffix("example.com"));
}

TEST(PublicSuffix, BadRulesAreNamed) {
  EXPECT_FALSE(PublicSuffixList::load("com\nCO.UK\n", "").ok());
  const auto list = PublicSuffixList::load("com\n", "// c\n\n!\n");
  ASSERT_FALSE(list.ok());
  EXPECT_NE(list.error().message.find("line 3"), std::string::npos) << list.error().message;
}

TEST(Punycode, GoesBothWays) {
  const std::pair<const char*, const char*> cases[] = {
      {"bcher-kva", "bücher"},
      {"fa-hia", "faß"},
      {"55qx5d", "公司"},
      {"pypal-4ve", "pаypal"},
      {"egbpdaj6bu4bxfgehfvwxn", "ليهمابتكلموشعربي؟"},
      {"n3h", "☃"},
      {"", ""},
  };
  for (const auto& [ascii, text] : cases) {
    const auto decoded = decode_punycode(ascii);
    ASSERT_TRUE(decoded.ok()) << ascii;
    EXPECT_EQ(encode_utf8(*decoded), text);
    EXPECT_EQ(*encode_punycode(*decode_utf8(text)), ascii);
  }
}

TEST(Punycode, HostileInputIsRefused) {
  for (const char* text : {"99999999", "a!b-c!", "b\xc3\xbc-kva", "ls8h="})
    EXPECT_FALSE(decode_punycode(text).ok()) << text;
  EXPECT_FALSE(decode_punycode(std::string(kMaxLabel + 1, 'a')).ok());
  EXPECT_FALSE(encode_punycode(std::u32string(kMaxLabel + 1, U'é')).ok());
}

TEST(Idna, MapsAsUts46Asks) {
  EXPECT_EQ(*domain_to_ascii("Example.COM"), "example.com");
  EXPECT_EQ(*domain_to_ascii("BÜCHER。example"), "xn--bcher-kva.example");
  EXPECT_EQ(*domain_to_ascii("bu\u0308cher.example"), "xn--bcher-kva.example");
  EXPECT_EQ(*domain_to_ascii("Ⅷ.example"), "viii.example");
  EXPECT_EQ(*domain_to_ascii("XN--BCHER-KVA.example"), "xn--bcher-kva.example");
  EXPECT_EQ(encode_utf8(domain_to_unicode("xn--bcher-kva.example")), "bücher.example");
  EXPECT_EQ(encode_utf8(domain_to_unicode("xn--zzzzzz99999.example")), "xn--zzzzzz99999.example");
}

TEST(Idna, RefusesWhatNoNameMayHold) {
  for (const char* text : {"\u0308a.example", "xn--a.ü", "xn--\u00fc.example", "a\u2028b",
                           "\ufffd.example", "xn--bcher-kva9999999.ß", "\xc3.example"})
    EXPECT_FALSE(domain_to_ascii(text).ok()) << text;
}

TEST(Normalize, ComposesMarksInTheirOrder) {
  EXPECT_EQ(normalize_nfc(U"e\u0301"), U"\u00e9");
  EXPECT_EQ(normalize_nfc(U"a\u0323\u0302"), U"\u1ead");
  EXPECT_EQ(normalize_nfc(U"a\u0302\u0323"), U"\u1ead");
  EXPECT_EQ(normalize_nfc(U"\u1100\u1161\u11a8"), U"\uac01");
  EXPECT_EQ(normalize_nfc(U"\uac01"), U"\uac01");
  EXPECT_EQ(normalize_nfc(U"x\u0301\u0301"), U"x\u0301\u0301");
}

}  // namespace
}  // namespace bartizan::parse
