#include "problem/cleared.h"

#include <gtest/gtest.h>

namespace bartizan::problem {
namespace {

Finding finding(std::string threat, std::string key) {
  Finding out;
  out.threat = std::move(threat);
  out.subject = {.kind = "app", .key = std::move(key), .label = "Torch"};
  return out;
}
Clearance clearance(std::string threat, std::string key) {
  return {.observation_id = "o",
          .threat = std::move(threat),
          .subject = {.kind = "app", .key = std::move(key), .label = {}},
          .reason = "The app is removed"};
}

TEST(Cleared, EndsOlderFindingsOfItsThreatAndSubjectAlone) {
  std::vector<Cleared> cleared;
  remember(cleared, std::vector{clearance("app.malware", "com.a")}, 5);
  const auto left = [&](std::string threat, std::string key, std::int64_t sequence) {
    return not_cleared(std::vector{finding(std::move(threat), std::move(key))}, cleared, sequence)
        .size();
  };
  EXPECT_EQ(left("app.malware", "com.a", 4), 0u);
  EXPECT_EQ(left("app.malware", "com.a", 5), 1u) << "of the same observation";
  EXPECT_EQ(left("app.malware", "com.a", 6), 1u) << "installed anew";
  EXPECT_EQ(left("app.malware", "com.b", 4), 1u);
  EXPECT_EQ(left("app.banker", "com.a", 4), 1u);
}

TEST(Cleared, WithoutAKeyItIsAboutEverySubject) {
  std::vector<Cleared> cleared;
  remember(cleared, std::vector{clearance("app.malware", "")}, 5);
  EXPECT_TRUE(not_cleared(std::vector{finding("app.malware", "com.a")}, cleared, 4).empty());
}

TEST(Cleared, OnlyTheNewestIsKeptAndOnlyChangesAreTold) {
  std::vector<Cleared> cleared;
  EXPECT_EQ(remember(cleared, std::vector{clearance("t", "a"), clearance("t", "b")}, 5).size(), 2u);
  EXPECT_TRUE(remember(cleared, std::vector{clearance("t", "a")}, 4).empty());
  EXPECT_TRUE(remember(cleared, std::vector{clearance("t", "a")}, 5).empty());
  const auto changed = remember(cleared, std::vector{clearance("t", "a")}, 7);
  ASSERT_EQ(changed.size(), 1u);
  EXPECT_EQ(changed[0].sequence, 7);
  EXPECT_EQ(cleared.size(), 2u);
}

TEST(Cleared, TheOldestAreForgotten) {
  std::vector<Cleared> cleared;
  for (std::size_t i = 1; i <= kMostCleared; ++i)
    remember(cleared, std::vector{clearance("t", std::to_string(i))}, static_cast<int>(i));
  EXPECT_EQ(forget_oldest(cleared), 0);
  remember(cleared, std::vector{clearance("t", "new")}, 1000);
  EXPECT_EQ(forget_oldest(cleared), 2);
  EXPECT_EQ(cleared.size(), kMostCleared);
  EXPECT_EQ(cleared.front().sequence, 1000);
}

}  // namespace
}  // namespace bartizan::problem
