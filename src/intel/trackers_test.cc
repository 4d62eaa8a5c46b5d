#include "intel/trackers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"

namespace bartizan::intel {
namespace {

std::string error_of(std::string_view text) {
  const auto loaded = TrackerSet::load(text, "trackers.yaml");
  return loaded.ok() ? "loaded" : loaded.error().message;
}

TEST(Trackers, AClassBelongsToThePrefixThatBeginsItsName) {
  const auto set = TrackerSet::load(
      "trackers:\n"
      "  Ads: {purposes: [advertising], classes: [com.ads., org.ads.sdk.]}\n"
      "  Counts: {purposes: [analytics, crash_reports], classes: [com.adscount.]}\n",
      "trackers.yaml");
  ASSERT_TRUE(set.ok()) << set.error().message;
  EXPECT_EQ(set->find("Lcom/ads/Banner;"), 0);
  EXPECT_EQ(set->find("Lorg/ads/sdk/a/b;"), 0);
  EXPECT_EQ(set->find("Lcom/adscount/Main;"), 1);
  EXPECT_EQ(set->find("Lorg/ads/Main;"), -1);
  EXPECT_EQ(set->find("Lcom/ads;"), -1);  // a class, not the package
  EXPECT_EQ(set->find("La;"), -1);
  EXPECT_EQ(set->find("Lzz/Main;"), -1);
  EXPECT_EQ(set->find(""), -1);
}

TEST(Trackers, AMistakeIsToldWithItsLine) {
  EXPECT_THAT(error_of("trackers:\n  A: {purposes: [spying], classes: [com.a.]}\n"),
              testing::StartsWith("trackers.yaml:2: unknown purpose 'spying'"));
  EXPECT_THAT(error_of("trackers:\n  A: {purposes: [analytics], classes: [com.a]}\n"),
              testing::HasSubstr("'com.a' is not the beginning of a class name"));
  EXPECT_THAT(error_of("trackers:\n  A: {purposes: [analytics], classes: []}\n"),
              testing::StartsWith("trackers.yaml:2:"));
  EXPECT_THAT(error_of("trackers:\n  A: {purposes: [analytics], classes: [com.a., com.a.b.]}\n"),
              testing::HasSubstr("one prefix begins another: Lcom/a/b/"));
  EXPECT_THAT(error_of("others: 1\n"), testing::StartsWith("trackers.yaml:1:"));
  EXPECT_EQ(TrackerSet().find("Lcom/ads/Banner;"), -1);
}

TEST(Trackers, ThoseOfTheProductLoad) {
  const auto text = read_file("content/trackers/trackers.yaml", 1 << 20);
  ASSERT_TRUE(text.ok());
  const auto set = TrackerSet::load(*text, "trackers.yaml");
  ASSERT_TRUE(set.ok()) << set.error().message;
  const int found = set->find("Lcom/google/firebase/crashlytics/internal/a;");
  ASSERT_GE(found, 0);
  EXPECT_EQ(set->all()[static_cast<std::size_t>(found)].name, "Firebase Crashlytics");
}

}  // namespace
}  // namespace bartizan::intel
