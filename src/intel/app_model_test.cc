#include "intel/app_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bartizan::intel {
namespace {

using testing::HasSubstr;

constexpr std::string_view kFacts =
    "- {column: SEND_SMS, permission: [android.permission.SEND_SMS]}\n"
    "- {column: exec, call: [\"Ljava/lang/Runtime;->exec\"]}\n";
constexpr std::string_view kHead =
    "version\t1\nthreshold\t500000\nquantile\t0\t50\t100\nquantile\t1000000\t1\t100\n"
    "fact\texec\nfact\tSEND_SMS\n";

Result<AppModel> load(std::string_view facts, const std::string& trees) {
  return AppModel::load({"facts.yaml", std::string(facts)},
                        std::vector<NamedText>{{"trees.txt", trees}});
}
std::string error_of(std::string_view facts, const std::string& trees) {
  const Result<AppModel> model = load(facts, trees);
  return model.ok() ? "" : model.error().message;
}
std::string with_tree(std::string_view tree) {
  return std::string(kHead) + "tree\t" + std::string(tree) + "\n";
}

TEST(AppModel, TreesNameFactsByTheFilesOwnNumbers) {
  const Result<AppModel> model = load(kFacts, with_tree("1 =-100:3 0 =50:2 =200:1"));
  ASSERT_TRUE(model.ok()) << model.error().message;
  ASSERT_EQ(model->nodes().size(), 5u);
  const AppModelNode& root = model->nodes()[0];
  EXPECT_EQ(model->facts()[static_cast<std::size_t>(root.fact)].column, "SEND_SMS");
  EXPECT_EQ(root.present, 2u);
  EXPECT_EQ(root.apps, 6);
  EXPECT_EQ(model->nodes()[2].value, 100);  // (50 * 2 + 200) / 3
  EXPECT_EQ(root.value, 0);                 // (-100 * 3 + 100 * 3) / 6
  EXPECT_EQ(model->threshold(), 500'000);
}

TEST(AppModel, TreesMayBeInSeveralFilesWithLinesCountedInEach) {
  const NamedText facts = {"facts.yaml", std::string(kFacts)};
  const NamedText first = {"1.txt", with_tree("=1:1")};
  const auto model =
      AppModel::load(facts, std::vector<NamedText>{first, {"2.txt", "tree\t0 =1:1 =2:1\n"}});
  ASSERT_TRUE(model.ok()) << model.error().message;
  EXPECT_EQ(model->roots().size(), 2u);
  const auto broken = AppModel::load(facts, std::vector<NamedText>{first, {"2.txt", "tree\tx\n"}});
  EXPECT_THAT(broken.error().message, HasSubstr("2.txt:1:"));
}

TEST(AppModel, AveragesAreRoundedAwayFromZero) {
  EXPECT_EQ(load(kFacts, with_tree("0 =-1:1 =-2:1"))->nodes()[0].value, -2);
  EXPECT_EQ(load(kFacts, with_tree("0 =1:1 =2:1"))->nodes()[0].value, 2);
}

TEST(AppModel, QuantileIsTheHighestAtOrBelow) {
  const Result<AppModel> model = load(kFacts, with_tree("=0:1"));
  ASSERT_TRUE(model.ok());
  EXPECT_EQ(model->quantile_of(-1), nullptr);
  EXPECT_EQ(model->quantile_of(999'999)->benign, 50);
  EXPECT_EQ(model->quantile_of(1'000'000)->benign, 1);
}

TEST(AppModel, WhatIsWrongIsNamedWithItsLine) {
  EXPECT_THAT(error_of(kFacts, with_tree("2 =1:1 =2:1")), HasSubstr("trees.txt:7: '2' is no node"));
  EXPECT_THAT(error_of(kFacts, with_tree("0 =1:1")), HasSubstr("is no node"));
  EXPECT_THAT(error_of(kFacts, with_tree("0 =1:1 =2:1 =3:1")), HasSubstr("after the end"));
  EXPECT_THAT(error_of(kFacts, with_tree("=1:0")), HasSubstr("a leaf"));
  EXPECT_THAT(error_of(kFacts, with_tree("=99999999999:1")), HasSubstr("a leaf"));
  EXPECT_THAT(error_of(kFacts, "fact\tunheard\n"), HasSubstr("trees.txt:1: no fact is called"));
  EXPECT_THAT(error_of(kFacts, std::string(kHead)), HasSubstr("trees are wanted"));
  EXPECT_THAT(error_of(kFacts, "quantile\t5\t1\t2\nquantile\t5\t1\t2\n"), HasSubstr(":2:"));
  EXPECT_THAT(error_of("- {column: x}", with_tree("=1:1")), HasSubstr("facts.yaml:1"));
  EXPECT_THAT(error_of("- {column: x, call: [exec]}", with_tree("=1:1")), HasSubstr("'exec'"));
  EXPECT_THAT(error_of("- {column: x, text: [a], name: [b]}", with_tree("=1:1")),
              HasSubstr("unknown key 'text'"));
}

TEST(AppModel, ATreeIsNoDeeperThanTheStackAllows) {
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "0 =1:1 ";
  EXPECT_THAT(error_of(kFacts, with_tree(deep + "=1:1")), HasSubstr("too big"));
}

}  // namespace
}  // namespace bartizan::intel
