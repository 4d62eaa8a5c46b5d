#include "detect/link/text_message.h"

#include <gmock/gmock.h>

#include <fstream>

namespace bartizan::detect {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const intel::Content& content() {
  static const auto loaded = intel::Content::load("content").value();
  return *loaded;
}

JudgedMessage judge(std::string text, std::string sender = "") {
  return judge_message({.text = std::move(text), .sender = std::move(sender)}, content(), {});
}

bool has_reason(const JudgedMessage& judged, std::string_view id) {
  return std::any_of(judged.reasons.begin(), judged.reasons.end(),
                     [&](const MailReason& reason) { return reason.id == id; });
}

std::vector<std::string> texts_of(const char* file) {
  std::ifstream in(std::string("tests/fixtures/messages/") + file);
  std::vector<std::string> out;
  std::string line;
  std::getline(in, line);  // the header
  while (std::getline(in, line)) out.push_back(line.substr(line.rfind('\t') + 1));
  return out;
}

std::size_t flagged(const std::vector<std::string>& texts) {
  return static_cast<std::size_t>(std::count_if(texts.begin(), texts.end(), [](const auto& text) {
    return judge(text).verdict != LinkVerdict::kAllow;
  }));
}

TEST(MessageLinks, AreFoundHoweverTheyAreWritten) {
  EXPECT_THAT(find_message_links("See https://a.example/x, www.b.example. c.com! d.example/y "
                                 "hxxp://e[.]com",
                                 content()),
              ElementsAre("https://a.example/x", "www.b.example", "c.com", "d.example/y",
                          "hxxp://e[.]com"));
}

TEST(MessageLinks, AreNoAmountsMailAddressesOrSentences) {
  EXPECT_THAT(
      find_message_links("Pay 12.50 by 3.4.2026 to me@example.com.Thanks v1.2 e.g. ok", content()),
      IsEmpty());
}

TEST(MessageLinks, AreBounded) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "https://a" + std::to_string(i) + ".com b.com ";
  EXPECT_EQ(find_message_links(text, content()).size(), kMaxMessageLinks);
}

TEST(TextMessage, ALookAlikeLinkDecides) {
  const JudgedMessage judged = judge("Lunch? https://paypa1.com/menu");
  EXPECT_NE(judged.verdict, LinkVerdict::kAllow);
  EXPECT_TRUE(has_reason(judged, "link.suspicious") || has_reason(judged, "link.bad"));
}

TEST(TextMessage, ABrandInTheTextWhoseLinkLeadsElsewhere) {
  const JudgedMessage judged =
      judge("Netflix: your payment failed, renew your plan at https://renew-plan.example/pay");
  EXPECT_TRUE(has_reason(judged, "link.not_the_brand"));
  EXPECT_NE(judged.verdict, LinkVerdict::kAllow);
  EXPECT_EQ(judge("Netflix: your payment failed, update it at https://www.netflix.com/pay").verdict,
            LinkVerdict::kAllow);
}

TEST(TextMessage, ToneAloneIsNotEnough) {
  EXPECT_EQ(judge("URGENT: your account is suspended, verify your identity immediately!").verdict,
            LinkVerdict::kAllow);
}

TEST(TextMessage, WhatNoHonestSenderAsksForIs) {
  EXPECT_TRUE(has_reason(judge("Hi mum, my phone broke, this is my new number"), "cue.new_number"));
  EXPECT_EQ(judge("Sorry, I sent you a code by mistake, can you forward it to me?").verdict,
            LinkVerdict::kWarn);
  EXPECT_EQ(judge("Your code is 482913. Never give it to anybody.").verdict, LinkVerdict::kAllow);
}

TEST(TextMessage, CuesArePlacesInTheText) {
  const std::string text = "Hi mum, my phone broke, this is my new number";
  const JudgedMessage judged = judge(text);
  ASSERT_FALSE(judged.cues.empty());
  const FoundCue& cue = judged.cues.front();
  ASSERT_LE(cue.end, text.size());
  EXPECT_NE(text.substr(cue.begin, cue.end - cue.begin).find("phone"), std::string::npos);
}

TEST(TextMessage, PointsOfTheReasonsAddUp) {
  const JudgedMessage judged =
      judge("DHL: your parcel waits for a customs fee, pay at http://192.0.2.7/dhl.apk");
  int sum = 0;
  for (const MailReason& reason : judged.reasons) sum += reason.points;
  EXPECT_EQ(sum, judged.score);
  EXPECT_TRUE(has_reason(judged, "link.number"));
  EXPECT_TRUE(has_reason(judged, "link.app"));
}

TEST(TextMessage, AnythingIsJudged) {
  EXPECT_EQ(judge("").verdict, LinkVerdict::kAllow);
  EXPECT_EQ(judge(std::string(1 << 20, '\xff')).verdict, LinkVerdict::kAllow);
  EXPECT_EQ(judge(std::string("a\0b", 3)).verdict, LinkVerdict::kAllow);
}

TEST(TextMessageFixtures, AtMostTwoOfAHundredModernMessagesAreFlagged) {
  const auto texts = texts_of("benign_open.tsv");
  ASSERT_EQ(texts.size(), 340u);
  EXPECT_LE(flagged(texts), 6u);
}

TEST(TextMessageFixtures, MostLuresAreFlagged) {
  const auto texts = texts_of("lures_open.tsv");
  ASSERT_EQ(texts.size(), 150u);
  EXPECT_GE(flagged(texts), 115u);
}

}  // namespace
}  // namespace bartizan::detect
