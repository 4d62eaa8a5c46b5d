#include "detect/app/code.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "parse/dex/dex_builder.h"
#include "parse/dex/parser.h"

namespace bartizan::detect {
namespace {

using intel::LiteralMatcher;
using parse::TestClass;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

constexpr std::uint32_t kStatic = 0x9;
constexpr std::uint32_t kConstructor = 0x10001;

const std::string kSend = "Landroid/telephony/SmsManager;->sendTextMessage(Ljava/lang/String;)V";

parse::TestMethod constructor() {
  return {.name = "<init>()V", .access_flags = kConstructor, .code = {parse::return_void()}};
}

// A method that sends a message, the call everything here is about.
parse::TestMethod sends(std::string name, std::uint32_t access_flags = 1) {
  return {.name = std::move(name),
          .access_flags = access_flags,
          .code = {parse::invoke_virtual(kSend), parse::return_void()}};
}

TestClass activity(std::vector<parse::TestInstruction> on_create) {
  on_create.push_back(parse::return_void());
  return {.type = "La/Main;",
          .superclass = "Landroid/app/Activity;",
          .methods = {constructor(), {.name = "onCreate()V", .code = std::move(on_create)}}};
}

struct Analysed {
  CodeReport report;
  std::vector<std::string> callers;  // of the references, "Main.run()V"
};

Analysed analyse(const std::vector<std::string>& files, const EntryPoints& entry_points,
                 const CodePatternSource& source) {
  std::vector<parse::DexFile> parsed;
  for (const std::string& file : files) {
    for (parse::DexFile& dex : parse::parse_dex(as_bytes(file))) {
      EXPECT_THAT(dex.anomalies, IsEmpty()) << dex.anomalies.front().id;
      parsed.push_back(std::move(dex));
    }
  }
  const Result<CodePatterns> patterns = CodePatterns::compile(source);
  EXPECT_TRUE(patterns.ok()) << patterns.error().message;
  Analysed out{analyse_code(parsed, entry_points, *patterns), {}};
  for (const CodeUse& use : out.report.references) {
    const CodeLocation& location = out.report.locations[use.location];
    out.callers.push_back(location.class_name + "->" + location.method);
  }
  return out;
}

// Who sends messages in an app whose only component is a.Main.
std::vector<std::string> senders(const std::vector<TestClass>& classes) {
  return analyse({parse::DexBuilder(classes).build()}, {.classes = {"a.Main"}},
                 {.references = {"Landroid/telephony/SmsManager;->sendTextMessage"}})
      .callers;
}

TEST(CallGraph, CallCountsWhenItsMethodIsReached) {
  EXPECT_THAT(senders({activity({parse::invoke_static("La/Other;->go()V")}),
                       {.type = "La/Other;", .methods = {sends("go()V", kStatic)}}}),
              ElementsAre("La/Other;->go()V"));
  EXPECT_THAT(senders({activity({}), {.type = "La/Other;", .methods = {sends("go()V", kStatic)}}}),
              IsEmpty());
}

TEST(CallGraph, HelperOfAComponentThatNobodyCallsIsNotReached) {
  TestClass main = activity({});
  main.methods.push_back(sends("neverCalled()V"));
  EXPECT_THAT(senders({main}), IsEmpty());
  main.methods.push_back(sends("onResume()V"));
  EXPECT_THAT(senders({main}), ElementsAre("La/Main;->onResume()V"));
}

TEST(CallGraph, ClassThatIsNoComponentAndNeverMadeIsNotReached) {
  const TestClass worker{.type = "La/Worker;",
                         .interfaces = {"Ljava/lang/Runnable;"},
                         .methods = {constructor(), sends("run()V")}};
  EXPECT_THAT(senders({activity({}), worker}), IsEmpty());
  EXPECT_THAT(senders({activity({parse::new_instance("La/Worker;")}), worker}),
              ElementsAre("La/Worker;->run()V"));
}

TEST(CallGraph, VirtualCallsReachOverridesOfLiveClassesOnly) {
  const TestClass base{
      .type = "La/Base;",
      .methods = {constructor(), {.name = "go()V", .code = {parse::return_void()}}}};
  const auto sub = [](std::string name) {
    return TestClass{.type = std::move(name),
                     .superclass = "La/Base;",
                     .methods = {constructor(), sends("go()V")}};
  };
  const auto call = parse::invoke_virtual("La/Base;->go()V");
  EXPECT_THAT(senders({activity({parse::new_instance("La/One;"), call}), base, sub("La/One;"),
                       sub("La/Two;")}),
              ElementsAre("La/One;->go()V"));
  // The order in which the call and the class are found does not matter.
  EXPECT_THAT(senders({activity({call, parse::new_instance("La/Two;")}), base, sub("La/One;"),
                       sub("La/Two;")}),
              ElementsAre("La/Two;->go()V"));
}

TEST(CallGraph, InterfaceCallsReachImplementationsThatAreInherited) {
  EXPECT_THAT(
      senders({activity({parse::new_instance("La/Impl;"), parse::invoke_interface("La/I;->go()V")}),
               {.type = "La/I;",
                .methods = {{.name = "go()V", .access_flags = 0x401}},
                .access_flags = 0x601},
               {.type = "La/Base;", .methods = {constructor(), sends("go()V")}},
               {.type = "La/Impl;",
                .superclass = "La/Base;",
                .interfaces = {"La/I;"},
                .methods = {constructor()}}}),
      ElementsAre("La/Base;->go()V"));
}

TEST(CallGraph, UnrelatedClassesWithTheSameSignatureStayApart) {
  EXPECT_THAT(
      senders({activity({parse::new_instance("La/One;"), parse::new_instance("La/Two;"),
                         parse::invoke_virtual("La/One;->go()V")}),
               {.type = "La/One;", .methods = {{.name = "go()V", .code = {parse::return_void()}}}},
               {.type = "La/Two;", .methods = {sends("go()V")}}}),
      IsEmpty());
}

TEST(CallGraph, StaticInitialiserOfAClassInUseIsReached) {
  const TestClass other{.type = "La/Other;", .methods = {sends("<clinit>()V", 0x10008)}};
  EXPECT_THAT(senders({activity({parse::sget("La/Other;->x:I")}), other}),
              ElementsAre("La/Other;-><clinit>()V"));
  EXPECT_THAT(senders({activity({}), other}), IsEmpty());
}

TEST(CallGraph, ClassNamedByAStringIsReached) {
  const TestClass hidden{.type = "La/b/Hidden;", .methods = {sends("go()V", kStatic)}};
  EXPECT_THAT(senders({activity({parse::const_string("a.b.Hidden")}), hidden}),
              ElementsAre("La/b/Hidden;->go()V"));
  EXPECT_THAT(senders({activity({parse::const_string("a b Hidden")}), hidden}), IsEmpty());
}

TEST(CallGraph, ViewIsMadeByALayout) {
  EXPECT_THAT(senders({activity({}),
                       {.type = "La/Fancy;",
                        .superclass = "Landroid/view/View;",
                        .methods = {constructor(), sends("onDraw()V")}}}),
              ElementsAre("La/Fancy;->onDraw()V"));
}

TEST(CallGraph, EverythingIsReachedWithoutAManifest) {
  const std::string file =
      parse::DexBuilder({{.type = "La/Other;", .methods = {sends("go()V", kStatic)}}}).build();
  const CodePatternSource source{.references = {"Landroid/telephony/SmsManager;->sendTextMessage"}};
  EXPECT_THAT(analyse({file}, {.unknown = true}, source).callers, ElementsAre("La/Other;->go()V"));
  EXPECT_THAT(analyse({file}, {}, source).callers, IsEmpty());
}

TEST(CallGraph, CirclesOfSuperclassesEnd) {
  EXPECT_THAT(
      senders({activity({parse::new_instance("La/A;"), parse::invoke_virtual("La/A;->go()V")}),
               {.type = "La/A;", .superclass = "La/B;", .methods = {constructor()}},
               {.type = "La/B;", .superclass = "La/A;", .methods = {sends("go()V")}}}),
      ElementsAre("La/B;->go()V"));
}

TEST(Code, CallsGoAcrossFilesAndCountOnce) {
  const std::string one = parse::DexBuilder({activity({parse::invoke_static("La/Other;->go()V"),
                                                       parse::invoke_static("La/Other;->go()V")})})
                              .build();
  const std::string two =
      parse::DexBuilder({{.type = "La/Other;", .methods = {sends("go()V", kStatic)}}}).build();
  const Analysed found =
      analyse({one, two}, {.classes = {"a.Main"}},
              {.references = {"Landroid/telephony/SmsManager;->sendTextMessage", "La/Other;->go"}});
  // The second is a call into a class that the app holds itself, as it does of libraries.
  EXPECT_THAT(found.callers, ElementsAre("La/Other;->go()V", "La/Main;->onCreate()V"));
  EXPECT_EQ(found.report.files, 2u);
  EXPECT_EQ(found.report.counts.classes, 2u);
  EXPECT_EQ(found.report.counts.invokes, 3u);
}

TEST(Code, FirstDefinitionOfAClassWinsAndTheSecondIsSaid) {
  const std::string one = parse::DexBuilder({activity({parse::invoke_static("La/Other;->go()V")}),
                                             {.type = "La/Other;",
                                              .methods = {{.name = "go()V",
                                                           .access_flags = kStatic,
                                                           .code = {parse::return_void()}}}}})
                              .build();
  const std::string two =
      parse::DexBuilder({{.type = "La/Other;", .methods = {sends("go()V", kStatic)}}}).build();
  const Analysed found =
      analyse({one, two}, {.classes = {"a.Main"}},
              {.references = {"Landroid/telephony/SmsManager;->sendTextMessage"}});
  EXPECT_THAT(found.callers, IsEmpty());
  EXPECT_THAT(parse::anomaly_ids(found.report.anomalies), ElementsAre("dex.duplicate_class"));
}

TEST(Code, InheritedCallCountsAsThatOfTheAncestorOutside) {
  const Analysed found =
      analyse({parse::DexBuilder({activity({parse::invoke_virtual("La/Main;->startActivity()V"),
                                            parse::invoke_virtual("La/Main;->finish()V")}),
                                  {.type = "La/Sub;"}})
                   .build()},
              {.classes = {"a.Main"}},
              {.references = {"Landroid/app/Activity;->startActivity",
                              "Landroid/app/Activity;->finish()I"}});
  ASSERT_EQ(found.report.references.size(), 1u);
  EXPECT_EQ(found.report.references[0].pattern, 0u);
  EXPECT_EQ(found.report.references[0].text, "La/Main;->startActivity()V");
}

TEST(Code, OverridesAreReachedMethodsOfClassesBelowTheNamedOne) {
  const auto made = [](std::string name) { return parse::new_instance(std::move(name)); };
  const auto listener = [](std::string name, std::string superclass) {
    return TestClass{
        .type = std::move(name),
        .superclass = std::move(superclass),
        .methods = {constructor(), {.name = "onMessage()V", .code = {parse::return_void()}}}};
  };
  const std::vector<TestClass> classes = {
      activity({made("La/Own;"), made("La/Ours;")}),
      // The library is in the app, as libraries are.
      {.type = "Llib/Push;", .superclass = "Landroid/app/Service;", .methods = {constructor()}},
      listener("La/Own;", "Llib/Push;"),
      listener("La/NeverMade;", "Llib/Push;"),
      listener("La/Ours;", "Landroid/os/Binder;")};
  const Analysed found =
      analyse({parse::DexBuilder(classes).build()}, {.classes = {"a.Main"}},
              {.overrides = {"Llib/Push;->onMessage", "Landroid/app/Activity;->onCreate"}});
  std::vector<std::string> places;
  for (const CodeUse& use : found.report.overrides) {
    const CodeLocation& location = found.report.locations[use.location];
    places.push_back(std::to_string(use.pattern) + " " + location.class_name + "->" +
                     location.method);
  }
  EXPECT_THAT(places, ElementsAre("0 La/Own;->onMessage()V", "1 La/Main;->onCreate()V"));
}

TEST(Code, FindsStringsFieldsUrlsAndClasses) {
  const Analysed found = analyse(
      {parse::DexBuilder({activity({parse::const_string("content://sms/inbox"),
                                    parse::const_string("see https://example.org/x"),
                                    parse::sget("Landroid/os/Build;->SERIAL:Ljava/lang/String;")}),
                          {.type = "Lcom/tracker/sdk/Core;"}})
           .build()},
      {.classes = {"a.Main"}},
      {.references = {"Landroid/os/Build;->SERIAL:", "Landroid/os/Build;->SERIAL"},
       .strings = {"content://sms*", "content://sms", "*inbox", "*example*", "absent"},
       .classes = {"Lcom/other/*", "Lcom/tracker/*", "La/Main;"}});
  std::vector<std::uint32_t> strings;
  for (const CodeUse& use : found.report.strings) strings.push_back(use.pattern);
  EXPECT_THAT(strings, ElementsAre(0, 2, 3));
  ASSERT_EQ(found.report.references.size(), 1u);
  EXPECT_EQ(found.report.references[0].text, "Landroid/os/Build;->SERIAL:Ljava/lang/String;");
  EXPECT_THAT(found.report.classes, ElementsAre(1, 2));
  ASSERT_EQ(found.report.urls.size(), 2u);
  EXPECT_EQ(found.report.urls[1].text, "see https://example.org/x");
  EXPECT_EQ(found.report.locations[found.report.urls[1].location].method, "onCreate()V");
}

TEST(Code, PatternsThatCannotBeReadAreRefused) {
  const auto refused = [](const CodePatternSource& source) {
    return !CodePatterns::compile(source).ok();
  };
  EXPECT_TRUE(refused({.references = {"SmsManager->send"}}));
  EXPECT_TRUE(refused({.references = {"La/B;->"}}));
  EXPECT_TRUE(refused({.references = {"La/B;->go(I"}}));
  EXPECT_TRUE(refused({.strings = {"**"}}));
  EXPECT_TRUE(refused({.strings = {"a*b"}}));
  EXPECT_TRUE(refused({.classes = {"com.example"}}));
  EXPECT_TRUE(refused({.classes = {"*Tracker;"}}));
  EXPECT_FALSE(refused({.references = {"La/B;->go(I)V"}, .strings = {"*x*"}, .classes = {"La/*"}}));
}

TEST(LiteralMatcher, FindsEachOccurrenceOfEachWord) {
  const std::vector<std::string_view> words = {"he", "she", "his", "hers"};
  std::vector<std::pair<std::uint32_t, std::size_t>> found;
  LiteralMatcher(words).find(
      "ushers", [&](std::uint32_t word, std::size_t end) { found.emplace_back(word, end); });
  EXPECT_THAT(found, ElementsAre(testing::Pair(1, 4), testing::Pair(0, 4), testing::Pair(3, 6)));
}

}  // namespace
}  // namespace bartizan::detect
