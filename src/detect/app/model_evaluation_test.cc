#include "detect/app/model_evaluation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bartizan::detect {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

intel::AppModel small_model() {
  const std::string facts = "- {column: a, text: [a]}\n- {column: b, text: [b]}\n";
  const std::string trees =
      "version\t1\nthreshold\t0\nquantile\t0\t1\t2\nfact\ta\nfact\tb\n"
      "tree\t0 =-10:1 =10:1\ntree\t1 =-1:1 =1:1\n";
  return intel::AppModel::load({"facts.yaml", facts},
                               std::vector<intel::NamedText>{{"trees.txt", trees}})
      .value();
}

TEST(ModelEvaluation, NamesColumnsThatAreMissingOrNotTheModels) {
  const intel::AppModel model = small_model();
  ModelEvaluation evaluation(model);
  ASSERT_TRUE(evaluation.read_header("\xef\xbb\xbf\"b\", other ,CLASS\r").ok());
  EXPECT_THAT(evaluation.missing_columns(), ElementsAre("a"));
  EXPECT_THAT(evaluation.extra_columns(), ElementsAre("other"));
}

TEST(ModelEvaluation, RefusesAHeaderItCannotUse) {
  const intel::AppModel model = small_model();
  EXPECT_FALSE(ModelEvaluation(model).read_header("a,b").ok());        // no label
  EXPECT_FALSE(ModelEvaluation(model).read_header("a,a,class").ok());  // twice
  EXPECT_FALSE(ModelEvaluation(model).read_header("x,y,class").ok());  // nothing of the model's
  EXPECT_TRUE(ModelEvaluation(model).read_header("a,b,label").ok());
}

TEST(ModelEvaluation, AMalformedRowSaysWhyAndCountsForNothing) {
  const intel::AppModel model = small_model();
  ModelEvaluation evaluation(model);
  ASSERT_TRUE(evaluation.read_header("a,b,class").ok());
  EXPECT_THAT(evaluation.read_row("0,2,S").error().message, HasSubstr("column 2"));
  EXPECT_THAT(evaluation.read_row("0,1").error().message, HasSubstr("cells"));
  EXPECT_THAT(evaluation.read_row("0,1,S,1").error().message, HasSubstr("cells"));
  EXPECT_THAT(evaluation.read_row("0,1,X").error().message, HasSubstr("label"));
  EXPECT_TRUE(evaluation.vectors().empty());
}

TEST(ModelEvaluation, RowsWithTheSameFactsAreOneVector) {
  const intel::AppModel model = small_model();
  ModelEvaluation evaluation(model);
  ASSERT_TRUE(evaluation.read_header("a,b,class").ok());
  for (const char* row : {"1,1,S", "1,1,1", "1,1,B", "0,1,benign", "?,,Malware"})
    ASSERT_TRUE(evaluation.read_row(row).ok()) << row;
  const std::vector<ScoredVector> vectors = evaluation.vectors();
  ASSERT_EQ(vectors.size(), 3u);
  EXPECT_EQ(vectors[0].score, 11);
  EXPECT_EQ(vectors[0].malware, 2u);
  EXPECT_EQ(vectors[0].benign, 1u);
  EXPECT_EQ(vectors[1].score, 0);  // nothing known
  EXPECT_EQ(vectors[2].score, -9);
  EXPECT_EQ(unique_vectors(vectors).size(), 2u);  // the one with both labels is left out
}

// Ten malware apps, a thousand benign ones; the scores of both fall.
std::vector<ScoredVector> ranked() {
  std::vector<ScoredVector> out;
  for (int i = 0; i < 10; ++i) out.push_back({.score = 2000 - 200 * i, .malware = 1});
  for (int i = 0; i < 1000; ++i) out.push_back({.score = 1001 - i, .benign = 1});
  return out;
}

TEST(RankingMeasures, AreThoseOfTheDefinition) {
  const Result<RankingMeasures> measures = measure_ranking(ranked(), 1500);
  ASSERT_TRUE(measures.ok());
  // Above every benign app: 2000, 1800 ... 1200.
  EXPECT_DOUBLE_EQ(measures->tpr_at_01_percent.value, 0.5);  // 1001 alone is 0.1 %, 1000 is tied
  EXPECT_DOUBLE_EQ(measures->tpr_at_1_percent.value, 0.6);
  EXPECT_DOUBLE_EQ(measures->tpr_at_threshold.value, 0.3);
  EXPECT_DOUBLE_EQ(measures->fpr_at_threshold.value, 0.0);
  // Pairs won: 5 x 1000, then of 1000: 998 and a tie, 800: 798 and a tie ...
  EXPECT_NEAR(measures->auc.value, (5000 + 998.5 + 798.5 + 598.5 + 398.5 + 198.5) / 10000, 1e-12);
  EXPECT_LT(measures->auc.low, measures->auc.value);
  EXPECT_GT(measures->auc.high, measures->auc.value);
}

TEST(RankingMeasures, AreTheSameEachTimeAndInAnyOrder) {
  std::vector<ScoredVector> reversed = ranked();
  std::reverse(reversed.begin(), reversed.end());
  const auto a = measure_ranking(ranked(), 0);
  const auto b = measure_ranking(reversed, 0);
  EXPECT_EQ(a->auc.low, b->auc.low);
  EXPECT_EQ(a->tpr_at_1_percent.high, b->tpr_at_1_percent.high);
}

TEST(RankingMeasures, TiesAreNeverCountedAsCaught) {
  const std::vector<ScoredVector> all_equal = {{.score = 5, .malware = 10, .benign = 10}};
  const auto measures = measure_ranking(all_equal, 6);
  EXPECT_DOUBLE_EQ(measures->tpr_at_1_percent.value, 0.0);
  EXPECT_DOUBLE_EQ(measures->auc.value, 0.5);
}

TEST(RankingMeasures, NeedBothKinds) {
  EXPECT_FALSE(measure_ranking(std::vector<ScoredVector>{{.score = 1, .malware = 3}}, 0).ok());
  EXPECT_FALSE(measure_ranking({}, 0).ok());
}

// Wilson 1927, for 8 of 10: 0.4902 to 0.9433.
TEST(RankingMeasures, IntervalsAtTheThresholdAreWilsons) {
  const std::vector<ScoredVector> vectors = {
      {.score = 1, .malware = 8}, {.score = 0, .malware = 2}, {.score = 0, .benign = 4}};
  const auto measures = measure_ranking(vectors, 1);
  EXPECT_NEAR(measures->tpr_at_threshold.low, 0.4902, 1e-4);
  EXPECT_NEAR(measures->tpr_at_threshold.high, 0.9433, 1e-4);
}

}  // namespace
}  // namespace bartizan::detect
