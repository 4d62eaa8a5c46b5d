#include "detect/link/slip.h"

#include <gtest/gtest.h>

#include "detect/link/likeness.h"
#include "intel/brands.h"

namespace bartizan::detect {
namespace {

TEST(Slip, IsNamedByWhatExplainsIt) {
  EXPECT_EQ(slip_between("netflx", "netflix"), Slip::kOmission);
  EXPECT_EQ(slip_between("etflix", "netflix"), Slip::kOmission);
  EXPECT_EQ(slip_between("nettflix", "netflix"), Slip::kRepetition);
  EXPECT_EQ(slip_between("netflixx", "netflix"), Slip::kRepetition);
  EXPECT_EQ(slip_between("nteflix", "netflix"), Slip::kTransposition);
  EXPECT_EQ(slip_between("netflox", "netflix"), Slip::kVowelSwap);
  EXPECT_EQ(slip_between("metflix", "netflix"), Slip::kKeyboardNeighbour);
  EXPECT_EQ(slip_between("netfklix", "netflix"), Slip::kKeyboardNeighbour);
  EXPECT_EQ(slip_between("netflhx", "netflix"), Slip::kBitFlip);
  EXPECT_EQ(slip_between("netflix7", "netflix"), Slip::kAddition);
  EXPECT_EQ(slip_between("netsflix", "netflix"), Slip::kPlural);
  EXPECT_EQ(slip_between("netxesflix", "netxflix"), Slip::kPlural);
  EXPECT_EQ(slip_between("net-flix", "netflix"), Slip::kHyphenation);
  EXPECT_EQ(slip_between("cocacola", "coca-cola"), Slip::kHyphenation);
  EXPECT_EQ(slip_between("netfwix", "netflix"), Slip::kReplacement);
  EXPECT_EQ(slip_between("netwflix", "netflix"), Slip::kInsertion);
}

TEST(Slip, IsOneAndNoMore) {
  for (const char* label : {"netflix", "netflixab", "entlfix", "flix", "", "xilften", "netflixess"})
    EXPECT_FALSE(slip_between(label, "netflix")) << label;
  EXPECT_FALSE(slip_between("", ""));
  EXPECT_TRUE(slip_between("a", ""));
}

TEST(VisualSkeleton, IsTheSameForWhatLooksTheSame) {
  using intel::visual_skeleton;
  for (const char* label : {"rnicrosoft", "micnosoft", "mlcrosoft", "m1cr0s0ft", "microsoft",
                            "mierosoft", "micro-soft", "nnicrosoft"})
    EXPECT_EQ(visual_skeleton(label), visual_skeleton("microsoft")) << label;
  EXPECT_EQ(visual_skeleton("cliscord"), visual_skeleton("discord"));
  EXPECT_EQ(visual_skeleton("lbinance"), visual_skeleton("binance"));
  EXPECT_EQ(visual_skeleton("vvestpac"), visual_skeleton("westpac"));
  EXPECT_NE(visual_skeleton("microloft"), visual_skeleton("microsoft"));
  // What a pair makes is no part of another pair: a run of them does not collapse.
  EXPECT_NE(visual_skeleton("bilibili"), visual_skeleton("bili"));
}

TEST(Likeness, EveryKindSaysHow) {
  for (int kind = 0; kind <= static_cast<int>(LikenessKind::kPath); ++kind) {
    EXPECT_FALSE(how_of(static_cast<LikenessKind>(kind)).empty()) << kind;
    EXPECT_FALSE(threat_of(static_cast<LikenessKind>(kind)).empty()) << kind;
  }
}

}  // namespace
}  // namespace bartizan::detect
