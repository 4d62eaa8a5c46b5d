#include "detect/app/privacy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "detect/app/judged_app.h"
#include "detect/app/report_json.h"
#include "detect/app/report_text.h"
#include "detect/app/scan.h"
#include "parse/dex/dex_builder.h"
#include "parse/zip/zip_builder.h"

namespace bartizan::detect {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const intel::Content& content() {
  static const std::shared_ptr<const intel::Content> loaded =
      intel::Content::load("content").value();
  return *loaded;
}

JudgedApp judged(
    const std::string& dex,
    const std::string& manifest = read_file("fuzz/corpus/axml/banker.xml", 1 << 20).value_or("")) {
  const std::string bytes = parse::build_zip(
      {parse::deflated("AndroidManifest.xml", manifest), parse::deflated("classes.dex", dex)});
  Result<AppReport> report = scan_app(as_bytes(bytes), content());
  EXPECT_TRUE(report.ok()) << (report.ok() ? "" : report.error().message);
  return judge_app(report.ok() ? std::move(report).value() : AppReport{}, std::nullopt,
                   {.content = content(), .evaluated_at = from_millis(0)});
}

const std::vector<parse::TestInstruction> kMentionsFlurry = {
    parse::const_class("Lcom/flurry/Agent;"), parse::return_void()};

TEST(Privacy, ATrackerIsFoundByAClassTheAppBringsNotByAMention) {
  const JudgedApp app = judged(
      parse::DexBuilder(
          {{.type = "Lcom/facebook/ads/a/b;", .methods = {{"run()V", 1, {parse::return_void()}}}},
           {.type = "Lorg/example/Main;", .methods = {{"run()V", 1, kMentionsFlurry}}}})
          .build());
  ASSERT_EQ(app.report.trackers.size(), 1u);
  EXPECT_EQ(app.report.trackers[0].name, "Meta Audience Network");
  EXPECT_EQ(app.report.trackers[0].class_name, "Lcom/facebook/ads/a/b;");
  const json::object report = report_json(app);
  const json::array& trackers = report.at("trackers").as_array();
  ASSERT_EQ(trackers.size(), 1u);
  EXPECT_EQ(trackers[0].at("purposes").as_array().at(0), "advertising");
  EXPECT_THAT(report_text(app), HasSubstr("Meta Audience Network (advertising)"));
  // A fact, not a finding.
  for (const Finding& finding : app.findings) EXPECT_THAT(finding.summary, Not(HasSubstr("Meta")));
}

TEST(Privacy, PermissionsAreSaidInWordsByGroup) {
  const std::vector<PermissionSummary> summary = summarise_permissions(
      {"android.permission.SEND_SMS", "android.permission.INTERNET", "android.permission.CAMERA",
       "android.permission.READ_SMS", "android.permission.READ_SMS", "org.example.OWN"},
      content());
  ASSERT_EQ(summary.size(), 2u);
  EXPECT_EQ(summary[0].title, "Messages");
  ASSERT_EQ(summary[0].permissions.size(), 2u);
  EXPECT_EQ(summary[0].permissions[0].permission, "android.permission.READ_SMS");
  EXPECT_EQ(summary[0].permissions[0].text, "read your text messages");
  EXPECT_EQ(summary[1].group, "camera_and_microphone");
  EXPECT_THAT(summarise_permissions({}, content()), IsEmpty());
}

TEST(Privacy, TheReportNamesComponentsAndPermissions) {
  const JudgedApp app =
      judged(parse::DexBuilder({parse::TestClass{.type = "Lorg/example/Main;"}}).build());
  const json::object report = report_json(app);
  EXPECT_FALSE(report.at("permission_summary").as_array().empty());
  const json::array& components = report.at("components").as_array();
  ASSERT_FALSE(components.empty());
  for (const json::value& component : components) {
    EXPECT_FALSE(component.at("name").as_string().empty());
    EXPECT_TRUE(component.at("exported").is_bool());
  }
  EXPECT_THAT(report_text(app), HasSubstr("the app asks to:"));
}

// An empty list would say that the app asks for nothing.
TEST(Privacy, WhatAnUnreadableManifestWouldHaveSaidIsNull) {
  const JudgedApp app =
      judged(parse::DexBuilder({parse::TestClass{.type = "Lorg/example/Main;"}}).build(), "none");
  const json::object report = report_json(app);
  for (const char* field : {"package", "permissions", "permission_summary", "components"})
    EXPECT_TRUE(report.at(field).is_null()) << field;
  EXPECT_EQ(report.at("truncated"), true);
}

}  // namespace
}  // namespace bartizan::detect
