#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/file.h"
#include "detect/app/configuration_profile.h"
#include "detect/app/ios_report.h"
#include "detect/app/judged_app.h"
#include "detect/app/judged_profile.h"
#include "detect/app/report_json.h"
#include "detect/app/scan.h"

namespace bartizan::detect {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const intel::Content& content() {
  static const std::shared_ptr<const intel::Content> loaded =
      intel::Content::load("content").value();
  return *loaded;
}

std::string demo_path(const std::string& name) { return "build/demo-ios/" + name; }

// Made by tools/build_ios_apps.
class Ios : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(demo_path("unsigned.ipa")))
      GTEST_SKIP() << "demo apps not built: openssl missing";
  }

  static AppReport report_of(const std::string& name) {
    const Result<std::string> file = read_file(demo_path(name), 1 << 20);
    EXPECT_TRUE(file.ok()) << name;
    Result<AppReport> report = scan_app(as_bytes(file.value_or("")), content());
    EXPECT_TRUE(report.ok()) << name;
    if (!report.ok() || !report->ios) return AppReport{.ios = IosFacts{}};
    return std::move(report).value();
  }

  static std::vector<std::string> threats(const AppReport& report) {
    const JudgedApp app =
        judge_app(report, std::nullopt, {.content = content(), .evaluated_at = from_millis(0)});
    std::vector<std::string> out;
    for (const Finding& finding : app.findings) out.push_back(finding.threat);
    return out;
  }

  static ConfigurationProfile profile_of(const std::string& name) {
    const Result<std::string> file = read_file(demo_path(name), 1 << 20);
    EXPECT_TRUE(file.ok()) << name;
    EXPECT_TRUE(looks_like_configuration_profile(as_bytes(file.value_or(""))));
    Result<ConfigurationProfile> profile = read_configuration_profile(as_bytes(file.value_or("")));
    EXPECT_TRUE(profile.ok()) << name;
    return profile.ok() ? std::move(profile).value() : ConfigurationProfile{};
  }

  static std::vector<std::string> threats(const ConfigurationProfile& profile) {
    const JudgedProfile judged =
        judge_profile(profile, {.content = content(), .evaluated_at = from_millis(0)});
    std::vector<std::string> out;
    for (const Finding& finding : judged.findings) out.push_back(finding.threat);
    return out;
  }
};

TEST_F(Ios, FactsOfAnEnterpriseApp) {
  const AppReport report = report_of("enterprise.ipa");
  const IosFacts& ios = *report.ios;
  EXPECT_EQ(ios.bundle_id, "org.example.notes");
  EXPECT_EQ(ios.label, "Notes");
  EXPECT_EQ(ios.version_name, "1.2");
  EXPECT_EQ(ios.build, "12");
  EXPECT_EQ(ios.min_os, "15.0");
  EXPECT_THAT(ios.device_families, ElementsAre("iphone", "ipad"));
  EXPECT_THAT(ios.url_schemes, ElementsAre("examplenotes"));
  EXPECT_THAT(ios.usage_descriptions, ElementsAre("NSCameraUsageDescription"));
  EXPECT_THAT(ios.background_modes, ElementsAre("audio"));
  EXPECT_THAT(ios.ats_domains, ElementsAre("example.org"));
  EXPECT_FALSE(ios.arbitrary_loads);
  EXPECT_EQ(ios.team, "EXAMPLE123");
  EXPECT_EQ(ios.distribution, IosDistribution::kEnterprise);
  EXPECT_EQ(ios.get_task_allow, false);
  ASSERT_TRUE(ios.profile.has_value());
  EXPECT_TRUE(ios.profile->verified);
  EXPECT_FALSE(ios.profile->apple_anchored);
  EXPECT_EQ(to_rfc3339(*ios.profile->expires), "2036-01-01T00:00:00.000Z");
  EXPECT_EQ(report.signature.verdict, parse::SignatureVerdict::kVerified);
  EXPECT_THAT(report.signature.errors, IsEmpty());
  ASSERT_EQ(report.signature.signers.size(), 1u);
  EXPECT_THAT(report.signature.signers[0].subject, HasSubstr("iPhone Distribution: Example"));
  EXPECT_FALSE(ios.signer_anchored);
  EXPECT_THAT(ios.injected_libraries, IsEmpty());
  EXPECT_THAT(report.anomalies, IsEmpty());
  EXPECT_FALSE(report.truncated);
  EXPECT_THAT(threats(report), ElementsAre("app.enterprise_signed"));
}

TEST_F(Ios, DistributionByTheProfile) {
  const AppReport development = report_of("development.ipa");
  EXPECT_EQ(development.ios->distribution, IosDistribution::kDevelopment);
  EXPECT_EQ(development.ios->get_task_allow, true);
  EXPECT_EQ(development.ios->profile->devices, 1u);
  EXPECT_THAT(threats(development), ElementsAre("app.debug_signed", "app.sideloaded"));
  const AppReport ad_hoc = report_of("ad-hoc.ipa");
  EXPECT_EQ(ad_hoc.ios->distribution, IosDistribution::kAdHoc);
  EXPECT_THAT(threats(ad_hoc), ElementsAre("app.sideloaded"));
}

TEST_F(Ios, ASignerNamedAsTheStoresProvesNothingByItsName) {
  const AppReport report = report_of("store-claimed.ipa");
  EXPECT_EQ(report.ios->distribution, IosDistribution::kUnknown);
  EXPECT_TRUE(report.ios->store_encrypted);
  EXPECT_EQ(report.signature.verdict, parse::SignatureVerdict::kVerified);
  EXPECT_THAT(parse::anomaly_ids(report.anomalies), ElementsAre("ios.unproven_store_signer"));
  EXPECT_THAT(threats(report), ElementsAre("app.evasive_package"));
}

TEST_F(Ios, CodeChangedAfterSigningIsRejected) {
  const AppReport report = report_of("tampered.ipa");
  EXPECT_EQ(report.signature.verdict, parse::SignatureVerdict::kRejected);
  EXPECT_THAT(report.signature.errors, ElementsAre("pages_changed"));
  EXPECT_THAT(threats(report), Contains("app.signature_rejected"));
}

TEST_F(Ios, AppWithoutASignature) {
  const AppReport report = report_of("unsigned.ipa");
  EXPECT_EQ(report.signature.verdict, parse::SignatureVerdict::kUnsigned);
  EXPECT_FALSE(report.ios->get_task_allow.has_value());
  EXPECT_THAT(threats(report), ElementsAre("app.signature_rejected"));
}

TEST_F(Ios, EntitlementsBeyondTheProfile) {
  const AppReport report = report_of("overreaching.ipa");
  EXPECT_THAT(report.ios->entitlements_beyond_profile,
              ElementsAre("com.apple.private.security.no-sandbox"));
  EXPECT_THAT(threats(report), Contains("app.unauthorised_entitlements"));
}

TEST_F(Ios, LibrariesOfOthers) {
  const AppReport report = report_of("injected.ipa");
  EXPECT_THAT(report.ios->injected_libraries,
              ElementsAre("/Library/MobileSubstrate/DynamicLibraries/tweak.dylib",
                          "Frameworks/hook.dylib"));
  EXPECT_THAT(parse::anomaly_ids(report.anomalies),
              ElementsAre("ios.foreign_library", "ios.library_outside_bundle"));
  EXPECT_THAT(threats(report), Contains("app.injected_library"));
}

TEST_F(Ios, TheReportHasTheFieldsOfEveryAppAndThoseOfIos) {
  const JudgedApp app = judge_app(report_of("enterprise.ipa"), std::nullopt,
                                  {.content = content(), .evaluated_at = from_millis(0)});
  const json::object report = report_json(app);
  EXPECT_EQ(get_string(report, "platform"), "ios");
  EXPECT_EQ(get_string(report, "package"), "org.example.notes");
  EXPECT_EQ(get_string(report, "verdict"), "suspicious");
  EXPECT_EQ(get_strings(report, "permissions"),
            std::vector<std::string>{"NSCameraUsageDescription"});
  const json::object* ios = get_object(report, "ios");
  ASSERT_NE(ios, nullptr);
  EXPECT_EQ(get_string(*ios, "distribution"), "enterprise");
  const json::object* profile = get_object(*ios, "profile");
  ASSERT_NE(profile, nullptr);
  EXPECT_EQ(get_string(*profile, "team_name"), "Example");
}

TEST_F(Ios, EveryTruncationIsAnAnswer) {
  const std::string whole = read_file(demo_path("injected.ipa"), 1 << 20).value_or("");
  ASSERT_FALSE(whole.empty());
  for (std::size_t size = 0; size < whole.size(); size += 61) {
    const std::string part = whole.substr(0, size);
    const Result<AppReport> report = scan_app(as_bytes(part), content());
    EXPECT_FALSE(report.ok() && report->anomalies.empty()) << size;
  }
}

TEST_F(Ios, AProfileThatReadsTraffic) {
  const ConfigurationProfile profile = profile_of("hostile.mobileconfig");
  EXPECT_EQ(profile.identifier, "org.example.profile");
  EXPECT_EQ(profile.display_name, "Example settings");
  EXPECT_EQ(profile.organization, "Example");
  EXPECT_THAT(profile.proxies, ElementsAre("proxy.example.net:8080"));
  ASSERT_EQ(profile.certificates.size(), 1u);
  EXPECT_EQ(profile.certificates[0].subject, "CN=Bartizan demo authority");
  EXPECT_TRUE(profile.removal_disallowed);
  EXPECT_EQ(profile.signature, parse::SignatureVerdict::kUnsigned);
  EXPECT_THAT(threats(profile), ElementsAre("device.hostile_profile"));
}

TEST_F(Ios, AProfileThatHandsTheManagementOver) {
  const ConfigurationProfile profile = profile_of("mdm.mobileconfig");
  EXPECT_EQ(profile.mdm_server, "https://mdm.example.net/server");
  EXPECT_EQ(profile.signature, parse::SignatureVerdict::kVerified);
  ASSERT_EQ(profile.signers.size(), 1u);
  EXPECT_EQ(profile.signers[0].subject, "CN=Example configuration");
  EXPECT_FALSE(profile.signer_anchored);
  EXPECT_THAT(threats(profile), ElementsAre("device.foreign_management"));
}

TEST_F(Ios, OrdinaryProfilesAreNoThreat) {
  const ConfigurationProfile tunnel = profile_of("tunnel.mobileconfig");
  EXPECT_THAT(tunnel.vpn_servers, ElementsAre("vpn.example.net"));
  EXPECT_THAT(tunnel.dns_servers, ElementsAre("https://dns.example.net/q"));
  EXPECT_THAT(tunnel.web_clips, ElementsAre("https://bank.example.net/"));
  EXPECT_THAT(tunnel.restrictions, ElementsAre("allowCamera"));
  EXPECT_THAT(threats(tunnel), IsEmpty());
  for (const std::string name : {"wifi.mobileconfig", "wifi-signed.mobileconfig"}) {
    const ConfigurationProfile wifi = profile_of(name);
    EXPECT_THAT(wifi.wifi_networks, ElementsAre("Example")) << name;
    EXPECT_THAT(threats(wifi), IsEmpty()) << name;
  }
}

TEST_F(Ios, AChangedProfileIsReported) {
  std::string file = read_file(demo_path("mdm.mobileconfig"), 1 << 20).value_or("");
  const std::size_t at = file.find("mdm.example.net");
  ASSERT_NE(at, std::string::npos);
  file[at] = 'x';
  const Result<ConfigurationProfile> profile = read_configuration_profile(as_bytes(file));
  ASSERT_TRUE(profile.ok());
  EXPECT_EQ(profile->signature, parse::SignatureVerdict::kRejected);
  EXPECT_THAT(parse::anomaly_ids(profile->anomalies), ElementsAre("profile.signature_broken"));
}

TEST(ConfigurationProfile, WhatIsNoneIsAnError) {
  EXPECT_FALSE(read_configuration_profile(as_bytes("hello")).ok());
  const Result<ConfigurationProfile> other =
      read_configuration_profile(as_bytes("<plist><dict><key>a</key><true/></dict></plist>"));
  ASSERT_FALSE(other.ok());
  EXPECT_THAT(other.error().message, HasSubstr("not a configuration profile"));
}

}  // namespace
}  // namespace bartizan::detect
