#include "detect/app/behaviors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/file.h"
#include "intel/content.h"

namespace bartizan::detect {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

// The set with one behaviour "reader", whose scope and condition are given.
intel::BehaviorSet reader(const std::string& scope, const std::string& when) {
  const fs::path folder =
      fs::temp_directory_path() / ("bartizan_behaviors_" + std::to_string(::getpid()));
  fs::create_directories(folder);
  std::ofstream(folder / "reader.yaml")
      << "id: reader\nversion: \"1\"\ntitle: Reads\ntechniques: [T1]\nplatforms: [android]\n"
      << "scope: " << scope << "\nwhen:\n"
      << when;
  const auto techniques =
      intel::TechniqueSet::load("techniques: {T1: {name: One, platforms: [android]}}", "t.yaml");
  auto loaded = intel::BehaviorSet::load(folder, *techniques);
  fs::remove_all(folder);
  EXPECT_TRUE(loaded.ok()) << (loaded.ok() ? "" : loaded.error().message);
  return std::move(loaded).value();
}

constexpr const char* kQueryAndText =
    "  asks: {calls: La/Resolver;->query}\n  text: {strings|startswith: 'content://sms'}\n";

// Code whose uses are given as (place, fact, text).
struct Line {
  std::string place;
  CodeFact fact;
  std::string text;
};
CodeFacts code(const std::vector<Line>& lines) {
  CodeFacts out{.readable = true};
  const auto number = [](std::vector<std::string>& of, const std::string& text) {
    const auto known = std::find(of.begin(), of.end(), text);
    if (known != of.end()) return static_cast<std::uint32_t>(known - of.begin());
    of.push_back(text);
    return static_cast<std::uint32_t>(of.size() - 1);
  };
  for (const Line& line : lines)
    out.uses.push_back({number(out.places, line.place), line.fact, number(out.items, line.text)});
  std::sort(out.uses.begin(), out.uses.end());
  return out;
}

std::vector<ShownBehavior> shown(const intel::BehaviorSet& set, const CodeFacts& facts) {
  return find_behaviors({{"permissions", {"READ"}}}, facts, set, Platform::kAndroid);
}

const Line kQuery{"La/Inbox;->run()V", CodeFact::kCall, "La/Resolver;->query"};
const Line kText{"La/Inbox;->run()V", CodeFact::kString, "content://sms/inbox"};

TEST(Behaviors, ScopeSaysWhatMustStandTogether) {
  const auto in = [](const std::string& place, Line line) {
    line.place = place;
    return line;
  };
  const CodeFacts one_method = code({kQuery, kText});
  const CodeFacts one_class = code({kQuery, in("La/Inbox;->text()V", kText)});
  const CodeFacts inner_class = code({kQuery, in("La/Inbox$1;->run()V", kText)});
  const CodeFacts two_classes = code({kQuery, in("La/Inbox2;->run()V", kText)});
  const auto holds = [](const std::string& scope, const CodeFacts& facts) {
    return !shown(reader(scope, kQueryAndText), facts).empty();
  };
  EXPECT_TRUE(holds("method", one_method));
  EXPECT_TRUE(holds("class", one_method));
  EXPECT_TRUE(holds("app", one_method));
  EXPECT_FALSE(holds("method", one_class));
  EXPECT_TRUE(holds("class", one_class));
  EXPECT_FALSE(holds("method", inner_class));
  EXPECT_TRUE(holds("class", inner_class));
  EXPECT_FALSE(holds("class", two_classes));
  EXPECT_TRUE(holds("app", two_classes));
}

TEST(Behaviors, EvidenceNamesPlaceAndFact) {
  const auto found =
      shown(reader("class", std::string("  may: {permissions: READ}\n") + kQueryAndText),
            code({kQuery, kText, {"La/Other;->run()V", CodeFact::kCall, "La/Resolver;->query"}}));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].title, "Reads");
  EXPECT_THAT(found[0].techniques, ElementsAre("T1"));
  EXPECT_THAT(
      found[0].evidence,
      ElementsAre(BehaviorEvidence{"AndroidManifest.xml", "permission READ"},
                  BehaviorEvidence{"La/Inbox;->run()V", "calls La/Resolver;->query"},
                  BehaviorEvidence{"La/Inbox;->run()V", "has the text content://sms/inbox"}));
}

TEST(Behaviors, WhatCannotBeReadShowsNothing) {
  const CodeFacts unreadable;
  EXPECT_THAT(shown(reader("app", "  a: {calls: La/B;->c}\n"), unreadable), IsEmpty());
  EXPECT_THAT(shown(reader("app",
                           "  a: {permissions: READ}\n  b: {calls: La/B;->c}\n"
                           "  condition: a and not b\n"),
                    unreadable),
              IsEmpty());
  EXPECT_THAT(
      find_behaviors({}, code({}), reader("app", "  a: {permissions: READ}\n"), Platform::kAndroid),
      IsEmpty());
}

TEST(Behaviors, AnotherPlatformsAreLeftOut) {
  const intel::BehaviorSet set = reader("app", "  a: {permissions: READ}\n");
  EXPECT_EQ(shown(set, code({})).size(), 1u);
  EXPECT_THAT(find_behaviors({{"permissions", {"READ"}}}, code({}), set, Platform::kIos),
              IsEmpty());
}

TEST(Behaviors, EvidenceIsBoundedHoweverOftenItShows) {
  std::vector<Line> lines;
  for (int i = 0; i < 500; ++i) {
    const std::string place = "La/C" + std::to_string(i) + ";->run()V";
    lines.push_back({place, CodeFact::kCall, "La/Resolver;->query"});
    lines.push_back({place, CodeFact::kString, "content://sms/" + std::to_string(i)});
  }
  for (const char* scope : {"app", "class", "method"}) {
    const auto found = shown(reader(scope, kQueryAndText), code(lines));
    ASSERT_EQ(found.size(), 1u);
    EXPECT_LE(found[0].evidence.size(), kMaxBehaviorEvidence);
  }
}

}  // namespace
}  // namespace bartizan::detect
