#include <gtest/gtest.h>

#include <string>

#include "intel/text_cues.h"

namespace bartizan::intel {
namespace {

constexpr const char* kCues =
    "cues:\n"
    "  suspended:\n"
    "    says: says that an account is suspended\n"
    "    weight: 18\n"
    "    phrases:\n"
    "      en: [\"account suspended|limit*\", \"verify ~ identity\"]\n"
    "      fr: [\"compte bloqué\"]\n"
    "      zh: [\"账户异常\"]\n"
    "  calm:\n"
    "    says: is calm\n"
    "    weight: -5\n"
    "    phrases: {en: [\"no hurry\"]}\n";

ConfusableMap confusables() {
  return *ConfusableMap::load("430\ta\n441\tc\n43e\to\ne9\te\n", "confusables.tsv");
}

// The text that each cue matches, in the order of the cues: "id=text".
std::string found_in(const std::string& text) {
  const auto set = TextCueSet::load(kCues, "cues/x.yaml", confusables());
  if (!set.ok()) return set.error().message;
  std::string out;
  for (const CueMatch& match : set->find(split_words(text, confusables())))
    out +=
        set->cues()[match.cue].id + "=" + text.substr(match.begin, match.end - match.begin) + ";";
  return out;
}

TEST(TextCues, FindPhrasesWithAlternativesAndGaps) {
  EXPECT_EQ(found_in("Your ACCOUNT, suspended!"), "suspended=ACCOUNT, suspended;");
  EXPECT_EQ(found_in("account limitations"), "suspended=account limitations;");
  EXPECT_EQ(found_in("verify, please, your own identity"),
            "suspended=verify, please, your own identity;");
  EXPECT_EQ(found_in("verify one two three four five identity"), "");
  EXPECT_EQ(found_in("verify it. My identity"), "");
  EXPECT_EQ(found_in("accounts suspended"), "");
  EXPECT_EQ(found_in("No hurry: compte bloque"), "suspended=compte bloque;calm=No hurry;");
}

TEST(TextCues, SeeThroughDisguises) {
  EXPECT_EQ(found_in("\u0430\u0441\u0441\u043eunt suspended"),
            "suspended=\u0430\u0441\u0441\u043eunt suspended;");
  EXPECT_EQ(found_in("acc\u200bount sus\u00adpended"), "suspended=acc\u200bount sus\u00adpended;");
  const TextWords words = split_words("\u0430ccount a\u200bb", confusables());
  EXPECT_TRUE(words.words[0].mixed_scripts);
  EXPECT_EQ(words.invisible, 1u);
}

TEST(TextCues, FindPhrasesOfLanguagesWithoutSpaces) {
  EXPECT_EQ(found_in("您的账户异常，请"), "suspended=您的账户异常;");
}

TEST(TextCues, SurviveTextThatIsNoText) {
  EXPECT_EQ(found_in("account\xff suspended"), "suspended=account\xff suspended;");
  EXPECT_EQ(found_in("verify"), "");
  EXPECT_EQ(found_in("account"), "");
}

TEST(TextCues, RefusePhrasesThatCannotMatch) {
  const auto error_of = [](const std::string& phrase) {
    const auto set =
        TextCueSet::load("cues:\n  a: {says: x, weight: 1, phrases: {en: [\"" + phrase + "\"]}}\n",
                         "c.yaml", confusables());
    return set.ok() ? std::string() : set.error().message;
  };
  EXPECT_EQ(error_of("re-enter it"), "c.yaml:2: 're-enter' is not one word");
  EXPECT_EQ(error_of("ab*"), "c.yaml:2: 'ab*' is too short");
  EXPECT_EQ(error_of("a ~"), "c.yaml:2: a phrase begins and ends with words");
}

}  // namespace
}  // namespace bartizan::intel
