#include "intel/link_model.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace bartizan::intel {
namespace {

using ::testing::HasSubstr;

std::string weights() { return "weights\t" + std::string(LinkModel::kBuckets, 'W') + "\n"; }

constexpr const char* kTrees =
    "version\t7\n"
    "quantile\t500\t1000\t3000000\n"
    "quantile\t1000\t2500\t2000000\n"
    "quantile\t5000\t4000\t-1\n"
    "fact\ttext\nfact\tpopular\n"
    "tree\t0:10 =-5:3 1:0 =9:1 =4:2\n";

Result<LinkModel> load(const std::string& trees, const std::string& more = weights()) {
  const std::vector<NamedText> files{{"models/links.trees.txt", trees},
                                     {"models/links.weights.txt", more}};
  return LinkModel::load(files);
}

TEST(LinkModelText, IsRead) {
  const auto model = load(kTrees);
  ASSERT_TRUE(model.ok()) << model.error().message;
  EXPECT_EQ(model->version(), "7");
  ASSERT_EQ(model->nodes().size(), 5u);
  EXPECT_EQ(model->nodes()[0].above, 2u);
  EXPECT_EQ(model->nodes()[2].value, 6);  // (9 * 1 + 4 * 2) / 3, rounded
  EXPECT_EQ(model->weights()[0], 0);
}

TEST(LinkModelText, ThresholdIsTheLowestScoreOfNoMoreFalseAlarms) {
  const LinkModel model = load(kTrees).value();
  EXPECT_EQ(model.threshold(1), 2'000'000);
  EXPECT_EQ(model.threshold(4.9), 2'000'000);
  EXPECT_EQ(model.threshold(100), -1);
  EXPECT_EQ(model.threshold(0), 3'000'000);  // nothing rarer was measured
}

TEST(LinkModelText, ErrorsNameFileAndLine) {
  const std::vector<std::pair<std::string, std::string>> wrong{
      {"nonsense\t1\n", "links.trees.txt:1: unknown key"},
      {"version\t1\nfact\tcolour\n", "links.trees.txt:2: no fact"},
      {"tree\t0:1 =1:1 =2:1\n", "links.trees.txt:1: a node"},
      {"fact\ttext\ntree\t0:1 =1:1\n", "links.trees.txt:2: a node"},
      {"fact\ttext\ntree\t=1:0\n", "links.trees.txt:2: a leaf"},
      {"fact\ttext\ntree\t=1:1 =1:1\n", "links.trees.txt:2: words after"},
      {"quantile\t1\t1\t5\nquantile\t2\t2\t6\n", "links.trees.txt:2: more false alarms"},
      {"weights\t\x01\n", "links.trees.txt:1: a sign"},
  };
  for (const auto& [text, message] : wrong) {
    const auto model = load(text);
    ASSERT_FALSE(model.ok()) << text;
    EXPECT_THAT(model.error().message, HasSubstr(message));
  }
  EXPECT_FALSE(load(kTrees, "").ok());                          // no weights
  EXPECT_FALSE(load(kTrees, weights() + "weights\tW\n").ok());  // one too many
}

}  // namespace
}  // namespace bartizan::intel
