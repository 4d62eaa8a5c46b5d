#include "detect/app/model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "base/file.h"
#include "intel/content.h"

namespace bartizan::detect {
namespace {

constexpr FactState kNo = FactState::kAbsent;
constexpr FactState kYes = FactState::kPresent;
constexpr FactState kMaybe = FactState::kUnknown;

intel::AppModel small_model() {
  const std::string facts =
      "- {column: SEND_SMS, permission: [android.permission.SEND_SMS]}\n"
      "- {column: exec, call: [\"Ljava/lang/Runtime;->exec\"]}\n";
  const std::string trees =
      "version\t1\nthreshold\t60\nquantile\t0\t1\t2\nfact\tSEND_SMS\nfact\texec\n"
      "tree\t0 =-100:3 1 =50:2 =200:1\n"
      "tree\t1 =-10:4 =20:2\n";
  return intel::AppModel::load({"facts.yaml", facts},
                               std::vector<intel::NamedText>{{"trees.txt", trees}})
      .value();
}

const intel::Content& shipped() {
  static const auto content = intel::Content::load("content").value();
  return *content;
}

std::int64_t total(const ModelVerdict& verdict) {
  std::int64_t sum = verdict.base;
  for (const ModelContribution& contribution : verdict.contributions) sum += contribution.points;
  return sum;
}

std::int64_t points_of(const ModelVerdict& verdict, std::string_view fact) {
  for (const ModelContribution& contribution : verdict.contributions)
    if (contribution.fact == fact) return contribution.points;
  return 0;
}

FactState state_of(char letter) { return letter == '1' ? kYes : letter == '0' ? kNo : kMaybe; }

TEST(AppModelScore, IsTheSumOfTheLeavesThatTheFactsLeadTo) {
  const intel::AppModel model = small_model();
  EXPECT_EQ(score_app(model, std::vector{kNo, kNo}), -110);
  EXPECT_EQ(score_app(model, std::vector{kYes, kNo}), 40);
  EXPECT_EQ(score_app(model, std::vector{kYes, kYes}), 220);
}

TEST(AppModelScore, UnknownIsTheAverageOfBothAnswers) {
  const intel::AppModel model = small_model();
  // First tree: (-100 * 3 + 200 * 3) / 6; second: 20.
  EXPECT_EQ(score_app(model, std::vector{kMaybe, kYes}), 70);
  EXPECT_EQ(score_app(model, std::vector{kMaybe, kMaybe}), 0);
}

TEST(AppModelScore, EachFactIsGivenWhatItsSplitsMove) {
  const intel::AppModel model = small_model();
  const ModelVerdict verdict = explain_score(model, std::vector{kYes, kNo});
  EXPECT_EQ(verdict.base, 0);                            // both trees' averages
  EXPECT_EQ(points_of(verdict, "SEND_SMS"), 100);        // 0 -> 100
  EXPECT_EQ(points_of(verdict, "exec"), -60);            // 100 -> 50, and 0 -> -10
  EXPECT_EQ(verdict.contributions[0].fact, "SEND_SMS");  // the strongest first
  EXPECT_FALSE(verdict.suspicious());
  EXPECT_TRUE(explain_score(model, std::vector{kYes, kYes}).suspicious());
}

TEST(AppModelScore, AnUnknownFactMovesNothing) {
  const ModelVerdict verdict = explain_score(small_model(), std::vector{kMaybe, kYes});
  EXPECT_EQ(points_of(verdict, "SEND_SMS"), 0);
  EXPECT_EQ(verdict.unknown, 1u);
  EXPECT_EQ(total(verdict), verdict.score);
}

TEST(AppModelScore, SaysWhatAFactIsInWords) {
  const ModelVerdict verdict = explain_score(small_model(), std::vector{kYes, kNo});
  ASSERT_EQ(verdict.contributions.size(), 2u);
  EXPECT_EQ(verdict.contributions[0].text, "names the permission android.permission.SEND_SMS");
  EXPECT_EQ(verdict.contributions[1].text, "does not refer to the method java.lang.Runtime.exec");
}

// Scores of the trainer for rows it had not trained the measured models on.
TEST(ShippedAppModel, ScoresRowsAsTheTrainerDid) {
  const intel::AppModel& model = shipped().app_model();
  const std::string rows = read_file("tests/fixtures/models/apps.tsv", 1 << 20).value();
  std::size_t seen = 0;
  for (std::size_t at = 0; at < rows.size();) {
    const std::string line = rows.substr(at, rows.find('\n', at) - at);
    at += line.size() + 1;
    if (line.empty() || line[0] == '#') continue;
    const std::size_t tab = line.find('\t');
    ASSERT_EQ(tab, model.facts().size());
    std::vector<FactState> facts;
    for (const char letter : line.substr(0, tab)) facts.push_back(state_of(letter));
    EXPECT_EQ(std::to_string(score_app(model, facts)), line.substr(tab + 1));
    const ModelVerdict verdict = explain_score(model, facts);
    EXPECT_EQ(std::to_string(verdict.score), line.substr(tab + 1));
    EXPECT_EQ(total(verdict), verdict.score);
    ++seen;
  }
  EXPECT_GE(seen, 40u);
}

std::vector<FactState> random_facts(std::mt19937& random, std::size_t count) {
  std::vector<FactState> facts(count);
  for (FactState& fact : facts) fact = random() % 5 == 0 ? kYes : kNo;
  return facts;
}

TEST(ShippedAppModel, ContributionsSumToTheScoreWhateverIsUnknown) {
  const intel::AppModel& model = shipped().app_model();
  std::mt19937 random(7);
  std::int64_t base = 0;
  for (int i = 0; i < 50; ++i) {
    std::vector<FactState> facts = random_facts(random, model.facts().size());
    const ModelVerdict known = explain_score(model, facts);
    EXPECT_EQ(total(known), known.score);
    if (i > 0) {
      EXPECT_EQ(known.base, base);
    }
    base = known.base;
    for (FactState& fact : facts)
      if (random() % 3 == 0) fact = kMaybe;
    const ModelVerdict partly = explain_score(model, facts);
    EXPECT_EQ(total(partly), partly.score);
  }
}

TEST(ShippedAppModel, FactsThatLeanToMalwareNeverLowerTheScore) {
  const intel::AppModel& model = shipped().app_model();
  std::mt19937 random(11);
  for (const std::string_view column : {"SEND_SMS", "READ_PHONE_STATE", "chmod",
                                        "TelephonyManager.getSubscriberId", "INSTALL_PACKAGES"}) {
    const std::size_t fact = model.find_fact(column).value();
    for (int i = 0; i < 100; ++i) {
      std::vector<FactState> facts = random_facts(random, model.facts().size());
      facts[fact] = kNo;
      const std::int64_t without = score_app(model, facts);
      facts[fact] = kYes;
      EXPECT_GE(score_app(model, facts), without) << column;
    }
  }
}

TEST(ShippedAppModel, NothingKnownIsNotSuspicious) {
  const intel::AppModel& model = shipped().app_model();
  const std::vector<FactState> facts(model.facts().size(), kMaybe);
  EXPECT_FALSE(explain_score(model, facts).suspicious());
}

}  // namespace
}  // namespace bartizan::detect
