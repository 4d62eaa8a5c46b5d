// What aapt and aapt2 do not write, each beside what is nearly it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "parse/axml/axml_builder.h"
#include "parse/axml/parser.h"

namespace bartizan::parse {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using A = AxmlBuilder;
using Attributes = std::vector<A::Attribute>;

constexpr std::uint32_t kName = 0x01010003;
constexpr std::uint32_t kLabel = 0x01010001;

// <manifest package="org.example"> around what `inside` adds to the builder.
template <typename Inside>
AndroidManifest manifest_with(A& xml, Inside inside) {
  xml.start("manifest", {A::text(0, "package", "org.example")});
  inside(xml);
  xml.end("manifest");
  xml.end_namespace("android", xml.android);
  const std::string file = xml.build();
  Result<AndroidManifest> manifest = parse_manifest(as_bytes(file));
  EXPECT_TRUE(manifest.ok());
  return manifest.ok() ? std::move(manifest).value() : AndroidManifest{};
}

template <typename Inside>
AndroidManifest manifest_with(Inside inside) {
  A xml;
  return manifest_with(xml, inside);
}

auto element(const std::string& name, const Attributes& attributes) {
  return [=](A& xml) {
    xml.start(name, attributes);
    xml.end(name);
  };
}

// <activity> with a filter for one action.
auto activity_for(const A::Attribute& action_name) {
  return [=](A& xml) {
    xml.start("application");
    xml.start("activity", {A::text(kName, "name", ".Main")});
    xml.start("intent-filter");
    element("action", {action_name})(xml);
    xml.end("intent-filter");
    xml.end("activity");
    xml.end("application");
  };
}

std::vector<std::string> ids(const AndroidManifest& manifest) {
  return anomaly_ids(manifest.anomalies);
}

TEST(ManifestTricks, AttributesOutOfOrderAreNotSeenByThePlatform) {
  const AndroidManifest odd = manifest_with(
      element("application", {A::text(kName, "name", ".App"), A::text(kLabel, "label", "Bank")}));
  EXPECT_EQ(odd.application_class, "org.example.App");
  EXPECT_EQ(odd.label, "");
  EXPECT_THAT(ids(odd), ElementsAre("axml.attribute_order"));

  const AndroidManifest honest = manifest_with(
      element("application", {A::text(kLabel, "label", "Bank"), A::text(kName, "name", ".App")}));
  EXPECT_EQ(honest.label, "Bank");
  EXPECT_THAT(ids(honest), IsEmpty());
}

TEST(ManifestTricks, OfTwoAttributesWithOneIdTheFirstCounts) {
  const AndroidManifest odd = manifest_with(
      element("uses-permission", {A::text(kName, "name", "android.permission.CAMERA"),
                                  A::text(kName, "name", "android.permission.SEND_SMS")}));
  EXPECT_THAT(odd.permissions, ElementsAre("android.permission.CAMERA"));
  EXPECT_THAT(ids(odd), ElementsAre("axml.duplicate_attribute"));
}

TEST(ManifestTricks, ActionsGoByNameAndByWhatTheSourceSaid) {
  A::Attribute lying = A::text(kName, "name", "harmless");
  lying.raw_text = "android.intent.action.BOOT_COMPLETED";
  const AndroidManifest odd = manifest_with(activity_for(lying));
  ASSERT_EQ(odd.components.size(), 1u);
  EXPECT_THAT(odd.components[0].actions, ElementsAre("android.intent.action.BOOT_COMPLETED"));
  EXPECT_THAT(ids(odd), ElementsAre("axml.raw_value_lies"));

  A::Attribute number{kName, "name", 0x10, 7, {}, "android.intent.action.MAIN"};
  const AndroidManifest typed = manifest_with(activity_for(number));
  EXPECT_THAT(typed.components.at(0).actions, ElementsAre("android.intent.action.MAIN"));

  A::Attribute agreeing = A::text(kName, "name", "android.intent.action.MAIN");
  agreeing.raw_text = "android.intent.action.MAIN";
  EXPECT_THAT(ids(manifest_with(activity_for(agreeing))), IsEmpty());
}

TEST(ManifestTricks, AnActionWithoutResourceIdIsStillAnAction) {
  const AndroidManifest odd = manifest_with(
      activity_for(A::text(0, "android:name", "android.provider.Telephony.SMS_RECEIVED")));
  EXPECT_THAT(odd.components.at(0).actions, ElementsAre("android.provider.Telephony.SMS_RECEIVED"));
  EXPECT_THAT(ids(odd), ElementsAre("axml.attribute_without_id"));

  // Where the platform goes by id, the name helps nobody.
  const AndroidManifest permission = manifest_with(
      element("uses-permission", {A::text(0, "android:name", "android.permission.READ_SMS")}));
  EXPECT_THAT(permission.permissions, IsEmpty());

  // The manifest's own attributes have neither namespace nor id.
  EXPECT_THAT(
      ids(manifest_with(element("uses-sdk", {A::text(0, "platformBuildVersionName", "7.1.1")}))),
      IsEmpty());
}

TEST(ManifestTricks, AttributesWithoutNameAreReadByIdAndReported) {
  const AndroidManifest odd = manifest_with(
      element("uses-permission", {A::text(kName, "", "android.permission.READ_SMS")}));
  EXPECT_THAT(odd.permissions, ElementsAre("android.permission.READ_SMS"));
  EXPECT_THAT(ids(odd), ElementsAre("axml.attribute_without_name"));
}

TEST(ManifestTricks, AttributesThatNoPlatformHasAreReported) {
  EXPECT_THAT(ids(manifest_with(element("activity", {A::text(0x01017fff, "extra", "x")}))),
              ElementsAre("axml.unknown_attribute"));
  // One that a later platform may have, and one of the app's own.
  EXPECT_THAT(ids(manifest_with(element(
                  "activity", {A::text(0x010106ff, "new", "x"), A::text(0x7f010fff, "own", "x")}))),
              IsEmpty());
}

TEST(ManifestTricks, TextThatReadsAsAnElementIsReported) {
  EXPECT_THAT(ids(manifest_with([](A& xml) { xml.characters("\n<uses-permission\n"); })),
              ElementsAre("axml.markup_in_text"));
  EXPECT_THAT(ids(manifest_with([](A& xml) { xml.characters(" -->\n"); })), IsEmpty());
}

TEST(ManifestTricks, CommentsAreReported) {
  A xml;
  xml.comment = 0;
  EXPECT_THAT(ids(manifest_with(xml, element("uses-sdk", {}))), ElementsAre("axml.comment"));
}

TEST(ManifestTricks, StylesThatAreNotThereAreReported) {
  A xml;
  xml.styles_start = 1710;
  EXPECT_THAT(ids(manifest_with(xml, element("uses-sdk", {}))),
              ElementsAre("axml.string_pool_styles"));
}

TEST(ManifestTricks, ValuesOfAnotherSizeAreReported) {
  A xml;
  xml.value_size = 0;
  EXPECT_THAT(ids(manifest_with(xml, element("uses-sdk", {}))), ElementsAre("axml.value_size"));
}

TEST(ManifestTricks, ANamespaceDeclaredInsideItselfIsReported) {
  const auto declaring = [](const std::string& prefix, const std::string& uri) {
    return [=](A& xml) {
      for (int i = 0; i < 2; ++i) {  // one after the other is no nesting
        xml.start_namespace(prefix, uri);
        element("uses-sdk", {})(xml);
        xml.end_namespace(prefix, uri);
      }
    };
  };
  EXPECT_THAT(ids(manifest_with(declaring("andorid", A().android))),
              ElementsAre("axml.namespace_redeclared"));
  EXPECT_THAT(ids(manifest_with(declaring("instant", "http://schemas.android.com/instantapps"))),
              IsEmpty());
}

TEST(ManifestTricks, ANamespaceThatIsNotDeclaredIsReported) {
  const AndroidManifest odd = manifest_with([](A& xml) {
    xml.end_namespace("android", xml.android);
    activity_for(A::text(kName, "name", "android.intent.action.MAIN"))(xml);
  });
  EXPECT_THAT(odd.components.at(0).actions, ElementsAre("android.intent.action.MAIN"));
  EXPECT_THAT(ids(odd), ElementsAre("axml.undeclared_namespace"));
}

TEST(ManifestTricks, NamespacesAreBounded) {
  const AndroidManifest odd = manifest_with([](A& xml) {
    for (int i = 0; i < 100; ++i) xml.start_namespace("p", "urn:" + std::to_string(i));
  });
  EXPECT_THAT(ids(odd), ElementsAre("axml.limit"));
}

}  // namespace
}  // namespace bartizan::parse
