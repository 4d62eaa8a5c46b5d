#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "parse/plist/parser.h"

namespace bartizan::parse {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

Plist parsed(std::string_view text) {
  const Result<Plist> plist = parse_plist(as_bytes(text));
  EXPECT_TRUE(plist.ok()) << (plist.ok() ? "" : plist.error().message);
  return plist.ok() ? *plist : Plist{};
}
std::vector<std::string> ids(const Plist& plist) { return anomaly_ids(plist.anomalies); }

std::string xml(std::string_view body) {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST "
         "1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\">" +
         std::string(body) + "</plist>\n";
}

// A binary list of the given objects; the first is the root. References and offsets are a byte.
std::string binary(const std::vector<std::string>& objects) {
  std::string out = "bplist00";
  std::string offsets;
  for (const std::string& object : objects) {
    offsets += static_cast<char>(out.size());
    out += object;
  }
  const std::size_t table = out.size();
  out += offsets + std::string(6, '\0') + "\1\1";
  for (const std::size_t value : {objects.size(), std::size_t{0}, table})
    out += std::string(7, '\0') + static_cast<char>(value);
  return out;
}

TEST(Plist, EveryTypeOfTheXmlForm) {
  const Plist plist = parsed(xml(
      "<!-- a comment --><dict><key>s</key><string>a &lt;b&gt; &#x263a;<![CDATA[&amp;]]></string>"
      "<key>i</key><integer>-7</integer><key>h</key><integer>0x1F</integer><key>r</key><real>1.5"
      "</real><key>t</key><true/><key>f</key><false/><key>d</key><date>2026-03-01T09:30:00Z</date>"
      "<key>b</key><data>\n\taGVs\n\tbG8=\n</data><key>a</key><array><string/><dict/></array></"
      "dict>"));
  EXPECT_THAT(ids(plist), IsEmpty());
  EXPECT_FALSE(plist.binary);
  EXPECT_EQ(plist.root.find_text("s"), "a <b> \xe2\x98\xba&amp;");
  EXPECT_EQ(plist.root.find("i")->integer, -7);
  EXPECT_EQ(plist.root.find("h")->integer, 31);
  EXPECT_EQ(plist.root.find("r")->real, 1.5);
  EXPECT_TRUE(plist.root.find_true("t"));
  EXPECT_FALSE(plist.root.find_true("f"));
  EXPECT_EQ(to_rfc3339(plist.root.find("d")->date), "2026-03-01T09:30:00.000Z");
  EXPECT_EQ(as_text(plist.root.find("b")->data), "hello");
  ASSERT_EQ(plist.root.find("a")->items.size(), 2u);
  EXPECT_EQ(plist.root.find("a")->items[1].type, PlistType::kDictionary);
  EXPECT_EQ(plist.root.find("absent"), nullptr);
}

TEST(Plist, EveryTypeOfTheBinaryForm) {
  using namespace std::string_literals;
  const Plist plist = parsed(binary({
      "\xd7\1\2\3\4\5\6\7\x8\x9\xa\xb\xc\xd\xe"s,  // dictionary of seven
      "\x51s", "\x51i", "\x51r", "\x51t",
      "\x51"
      "d",
      "\x51"
      "b",
      "\x51u",                                  // keys
      "\x5ahello world"s.substr(0, 11),         // "hello worl"
      "\x13\xff\xff\xff\xff\xff\xff\xff\xf9"s,  // -7
      "\x23\x3f\xf8\0\0\0\0\0\0"s,              // 1.5
      "\x9",                                    // true
      "\x33\0\0\0\0\0\0\0\0"s,                  // 2001-01-01
      "\x42hi",                                 // data
      "\x62\x26\x3a\0A"s,                       // UTF-16
  }));
  EXPECT_THAT(ids(plist), IsEmpty());
  EXPECT_TRUE(plist.binary);
  EXPECT_EQ(plist.root.find_text("s"), "hello worl");
  EXPECT_EQ(plist.root.find("i")->integer, -7);
  EXPECT_EQ(plist.root.find("r")->real, 1.5);
  EXPECT_TRUE(plist.root.find_true("t"));
  EXPECT_EQ(to_rfc3339(plist.root.find("d")->date), "2001-01-01T00:00:00.000Z");
  EXPECT_EQ(as_text(plist.root.find("b")->data), "hi");
  EXPECT_EQ(plist.root.find_text("u"),
            "\xe2\x98\xba"
            "A");
}

TEST(Plist, OfEqualKeysTheLastCountsInXmlAndTheFirstInBinary) {
  const Plist text = parsed(xml("<dict><key>k</key><true/><key>k</key><false/></dict>"));
  EXPECT_THAT(ids(text), ElementsAre("plist.duplicate_key"));
  ASSERT_EQ(text.root.entries.size(), 1u);
  EXPECT_FALSE(text.root.find_true("k"));
  const Plist bytes = parsed(binary({"\xd2\1\1\2\3", "\x51k", "\x9", "\x8"}));
  EXPECT_THAT(ids(bytes), ElementsAre("plist.duplicate_key"));
  ASSERT_EQ(bytes.root.entries.size(), 1u);
  EXPECT_TRUE(bytes.root.find_true("k"));
}

TEST(Plist, NothingADocumentTypeDeclaresTakesEffect) {
  const Plist plist = parsed(
      "<!DOCTYPE plist [<!ENTITY x SYSTEM "
      "\"file:///etc/passwd\">]><plist><string>&x;</string></plist>");
  EXPECT_THAT(ids(plist), ElementsAre("plist.internal_subset", "plist.unknown_entity"));
  EXPECT_EQ(plist.root.text, "&x;");
}

TEST(Plist, ACommentThatReadersDisagreeAboutIsNamed) {
  const Plist plist =
      parsed(xml("<dict><!---><key>get-task-allow</key><true/><!-- --><key>b</key><true/></dict>"));
  EXPECT_THAT(ids(plist), ElementsAre("plist.odd_comment"));
  EXPECT_EQ(plist.root.find("get-task-allow"), nullptr);
  EXPECT_TRUE(plist.root.find_true("b"));
}

TEST(Plist, AContainerThatContainsItselfIsCutThere) {
  const Plist plist = parsed(binary({"\xa2\1\1", std::string("\xa1\0", 2)}));
  EXPECT_THAT(ids(plist), ElementsAre("plist.cycle"));
  EXPECT_EQ(plist.root.items.size(), 2u);
  const std::string self = binary({std::string("\xa1\0", 2)});
  const Plist loop = parsed(self);
  EXPECT_THAT(ids(loop), ElementsAre("plist.cycle"));
  EXPECT_EQ(loop.root.items.size(), 1u);
}

// Ten arrays of fourteen references to the next: 14^10 values, were they all made.
TEST(Plist, OneObjectNamedAgainAndAgainIsBounded) {
  std::vector<std::string> objects;
  for (char i = 0; i < 10; ++i)
    objects.push_back("\xae" + std::string(14, static_cast<char>(i + 1)));
  objects.push_back("\x9");
  const Plist plist = parsed(binary(objects));
  EXPECT_TRUE(plist.truncated);
  EXPECT_THAT(ids(plist), ElementsAre("plist.limit"));
}

TEST(Plist, DepthIsBoundedInBothForms) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<array>";
  EXPECT_TRUE(parsed(xml(deep)).truncated);
  std::vector<std::string> objects;
  for (char i = 0; i < 100; ++i) objects.push_back(std::string("\xa1") + static_cast<char>(i + 1));
  objects.push_back("\x9");
  EXPECT_TRUE(parsed(binary(objects)).truncated);
}

TEST(Plist, Utf16IsReadAndReported) {
  const std::string text = xml("<string>ok</string>");
  std::string wide = "\xff\xfe";
  for (const char c : text) wide += std::string{c, '\0'};
  const Plist plist = parsed(wide);
  EXPECT_EQ(plist.root.text, "ok");
  EXPECT_THAT(ids(plist), ElementsAre("plist.utf16"));
}

TEST(Plist, WhatStandsBehindTheEndIsReported) {
  EXPECT_THAT(ids(parsed(xml("<true/>") + "more")), ElementsAre("plist.trailing_data"));
  EXPECT_THAT(ids(parsed("<plist><true/>")), ElementsAre("plist.unclosed"));
  EXPECT_THAT(ids(parsed(xml("<integer>many</integer>"))), ElementsAre("plist.bad_value"));
}

TEST(Plist, WhatIsNoListIsAnError) {
  for (const std::string_view text :
       {"", "hello", "<html></html>", "<plist/>", "<plist><dict><true/></dict></plist>",
        "<plist><dict><key>a</key></dict></plist>", "<plist><string>a", "<plist><array></dict>",
        "bplist00", "<!-- never ends"})
    EXPECT_FALSE(parse_plist(as_bytes(text)).ok()) << text;
  std::string good = binary({"\xa1\1", "\x9"});
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_FALSE(parse_plist(as_bytes(good.substr(0, size))).ok()) << size;
  EXPECT_FALSE(parse_plist(as_bytes(binary({"\xa1\7"}))).ok());
  EXPECT_EQ(parse_plist(as_bytes(std::string(kMaxPlistBytes + 1, ' '))).error().code,
            ErrorCode::kLimit);
}

TEST(Plist, ValuesAreTheSameWhateverTheOrderOfKeys) {
  const PlistValue a =
      parsed(xml("<dict><key>a</key><true/><key>b</key><string>x</string></dict>")).root;
  const PlistValue b =
      parsed(xml("<dict><key>b</key><string>x</string><key>a</key><true/></dict>")).root;
  const PlistValue c =
      parsed(xml("<dict><key>b</key><string>x</string><key>a</key><false/></dict>")).root;
  EXPECT_TRUE(same_value(a, b));
  EXPECT_FALSE(same_value(a, c));
}

}  // namespace
}  // namespace bartizan::parse
