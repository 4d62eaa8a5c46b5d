#include <gtest/gtest.h>

#include <string>

#include "parse/html/parser.h"
#include "parse/html/tokenizer.h"

namespace bartizan::parse {
namespace {

TEST(HtmlTokenizer, CutsTagsAttributesAndText) {
  const HtmlTokens read =
      tokenize_html("<A HREF='https://a.example/?x=1&amp;y=2' b=c d>Hi<br/></a>");
  ASSERT_EQ(read.tokens.size(), 4u);
  EXPECT_EQ(read.tokens[0].name, "a");
  EXPECT_EQ(read.tokens[0].attribute("href"), "https://a.example/?x=1&y=2");
  EXPECT_EQ(read.tokens[0].attribute("b"), "c");
  EXPECT_TRUE(read.tokens[0].has("d"));
  EXPECT_EQ(read.tokens[1].text, "Hi");
  EXPECT_TRUE(read.tokens[2].self_closing);
  EXPECT_EQ(read.tokens[3].kind, HtmlToken::Kind::kEndTag);
}

TEST(HtmlTokenizer, SkipsCommentsAndDeclarations) {
  const HtmlTokens read =
      tokenize_html("<!DOCTYPE html><!-->a<!--->b<!-- <a href=x> -->c<?xml?>d</ >e<1");
  std::string text;
  for (const HtmlToken& token : read.tokens) text += token.text;
  EXPECT_EQ(text, "abcde<1");
}

TEST(HtmlTokenizer, KeepsScriptsAsText) {
  const HtmlTokens read = tokenize_html("<script>if (a</b) '<a href=x>'</SCRIPT >after");
  ASSERT_EQ(read.tokens.size(), 4u);
  EXPECT_EQ(read.tokens[1].text, "if (a</b) '<a href=x>'");
  EXPECT_EQ(read.tokens[3].text, "after");
}

TEST(HtmlTokenizer, SaysWhatIsOdd) {
  EXPECT_EQ(anomaly_ids(tokenize_html("<a href=x href=y>").anomalies),
            std::vector<std::string>{"html.duplicate_attribute"});
  EXPECT_EQ(anomaly_ids(tokenize_html("text <a href='x").anomalies),
            std::vector<std::string>{"html.unclosed_tag"});
}

TEST(HtmlTokenizer, StopsAtItsBounds) {
  std::string many;
  for (std::size_t i = 0; i < kMaxHtmlTokens + 10; ++i) many += "<b>";
  const HtmlTokens read = tokenize_html(many);
  EXPECT_EQ(read.tokens.size(), kMaxHtmlTokens);
  EXPECT_TRUE(read.truncated);
}

TEST(HtmlCharacterReferences, AreReplacedWhereTheyAreKnown) {
  EXPECT_EQ(decode_character_references("a &amp; b &lt;&#x41;&#66;&#8217;"), "a & b <AB\u2019");
  EXPECT_EQ(decode_character_references("&#128;&#0;&#xd800;"), "\u20ac\ufffd\ufffd");
  EXPECT_EQ(decode_character_references("AT&T &unknown; &amp &"), "AT&T &unknown; &amp &");
  EXPECT_EQ(decode_character_references("&#999999999999;"), "\ufffd");
}

TEST(HtmlPage, ShowsTextAndKeepsWhatIsHiddenApart) {
  const HtmlPage page = read_html(
      "<title>T</title><p>Seen <span style='DISPLAY : none'>not <b>seen</b></span> again</p>"
      "<div style='font-size:0px'>tiny</div><div style='font-size:10px'>big</div>"
      "<style>.x{}</style><div hidden>gone</div>");
  EXPECT_EQ(page.title, "T");
  EXPECT_EQ(page.text, "Seen again\nbig\n");
  EXPECT_EQ(page.hidden_text, "not seentiny\ngone\n");
}

TEST(HtmlPage, PairsLinksWithTheirText) {
  const HtmlPage page = read_html(
      "<a href=' https://a.example/x '><b>www.</b>bank\n .example</a>"
      "<a href=https://b.example><img src=i.png alt=Logo></a><a name=top>no link</a>");
  ASSERT_EQ(page.links.size(), 2u);
  EXPECT_EQ(page.links[0].url, "https://a.example/x");
  EXPECT_EQ(page.links[0].text, "www.bank .example");
  EXPECT_EQ(page.links[1].text, "Logo");
  EXPECT_TRUE(page.links[1].image);
}

TEST(HtmlPage, SeesFormsThatAskForPasswords) {
  const HtmlPage page = read_html(
      "<form action=https://evil.example/p><input name=user><input type=PassWord name=pw>"
      "<input type=hidden name=t><button>Go</button></form>");
  ASSERT_EQ(page.forms.size(), 1u);
  EXPECT_EQ(page.forms[0].action, "https://evil.example/p");
  EXPECT_TRUE(page.forms[0].password);
  EXPECT_EQ(page.forms[0].fields, (std::vector<std::string>{"user", "pw"}));
}

TEST(HtmlPage, NotesWhatWouldBeFetched) {
  const HtmlPage page = read_html(
      "<meta http-equiv=Refresh content='0; url=https://evil.example/'><script src=s.js></script>"
      "<img src=https://t.example/p.gif width=1 height=1><base href=https://b.example/>");
  EXPECT_EQ(page.refresh, "https://evil.example/");
  EXPECT_EQ(page.scripts, std::vector<std::string>{"s.js"});
  ASSERT_EQ(page.images.size(), 1u);
  EXPECT_TRUE(page.images[0].pixel);
  EXPECT_EQ(page.base, "https://b.example/");
}

TEST(HtmlPage, BoundsItsDepth) {
  std::string deep;
  for (int i = 0; i < 5000; ++i) deep += "<div>";
  const HtmlPage page = read_html(deep + "x");
  EXPECT_TRUE(page.truncated);
  EXPECT_EQ(anomaly_ids(page.anomalies), std::vector<std::string>{"html.depth"});
  EXPECT_EQ(page.text, "x");
}

}  // namespace
}  // namespace bartizan::parse
