#include "server/near_apps.h"

#include <gtest/gtest.h>

#include "base/image_hash.h"
#include "base/tlsh.h"
#include "detect/app/fleet_signers.h"
#include "server/test_server.h"
#include "server/uploaded_report.h"

namespace bartizan::server {
namespace {

// A digest whose code lies `distance` from that of 0: one bucket a step.
std::string digest(std::size_t distance) {
  TlshDigest out{.length = 50};
  for (std::size_t i = 0; i < distance; ++i)
    out.code[i / 4] |= static_cast<std::uint8_t>(1 << (i % 4 * 2));
  return to_string(out);
}

class NearAppsTest : public ::testing::Test {
 protected:
  void upload(const std::string& sha256, const std::string& tlsh,
              const std::string& verdict = "clean") {
    EXPECT_TRUE(server.store
                    ->write([&](store::Transaction& transaction) {
                      return transaction.tenant(kDefaultTenant)
                          .put_scanned_app({.sha256 = sha256,
                                            .package = "org.example." + sha256,
                                            .label = "App",
                                            .verdict = verdict,
                                            .report = json::serialize(
                                                json::object{{"sha256", sha256}, {"tlsh", tlsh}}),
                                            .tlsh = tlsh});
                    })
                    .ok());
  }
  // "sha256 distance verdict" of each.
  std::vector<std::string> near(const std::string& sha256) {
    const TestAnswer answer = server.get("/v1/apps/" + sha256);
    std::vector<std::string> out;
    for (const json::value& value : answer.body.at("report").at("near_duplicates").as_array()) {
      const json::object& item = value.as_object();
      out.push_back(std::string(get_string(item, "sha256").value_or("")) + " " +
                    std::to_string(get_int(item, "distance").value_or(-1)) + " " +
                    std::string(get_string(item, "verdict").value_or("")));
    }
    return out;
  }

  TestServer server;
};

TEST_F(NearAppsTest, TheNearestComeFirstAndTheFarAreLeftOut) {
  upload("aa", digest(0));
  upload("bb", digest(12), "malicious");
  upload("cc", digest(3));
  upload("dd", digest(51));
  upload("ee", "");
  EXPECT_EQ(near("aa"), (std::vector<std::string>{"cc 3 clean", "bb 12 malicious"}));
  EXPECT_EQ(near("dd"), (std::vector<std::string>{"bb 39 malicious", "cc 48 clean"}));
}

TEST_F(NearAppsTest, AnAppWithoutADigestHasNoNeighbours) {
  upload("aa", digest(0));
  upload("ee", "");
  EXPECT_FALSE(server.get("/v1/apps/ee").body.at("report").as_object().contains("near_duplicates"));
}

TEST_F(NearAppsTest, NoMoreThanTwentyAreNamed) {
  for (int i = 0; i < 30; ++i) upload("app" + std::to_string(i), digest(i % 5));
  EXPECT_EQ(near("app0").size(), 20u);
}

// A picture of two halves, one white.
std::string icon(bool left) {
  ImageHash out{.shape = left ? 0x0f0f0f0f0f0f0f0f : 0xf0f0f0f0f0f0f0f0};
  for (std::size_t i = 0; i < out.colors.size(); ++i)
    out.colors[i] = (i / 12 % 2 == 0) == left ? 15 : 0;
  return to_string(out);
}

json::object report_of(const std::string& package, const std::string& signer, bool left = true) {
  return {
      {"platform", "android"},
      {"sha256", "5ca" + package},
      {"package", package},
      {"label", "Notes"},
      {"verdict", "clean"},
      {"tlsh", nullptr},
      {"icon_hash", icon(left)},
      {"signature",
       json::object{{"verdict", "verified"}, {"signers", {signer}}, {"lineage", json::array()}}},
      {"findings", json::array()},
      {"techniques", json::array()}};
}

class IconOfUploadsTest : public ::testing::Test {
 protected:
  // As the upload does: judged beside what is there, kept, and told what it stands beside.
  json::object upload(json::object report,
                      const std::optional<std::string>& installer = std::nullopt) {
    EXPECT_TRUE(server.store
                    ->write([&](store::Transaction& transaction) -> Status {
                      store::Rows& rows = transaction.tenant(kDefaultTenant);
                      BARTIZAN_ASSIGN(const auto near, find_near_apps(rows, report));
                      judge_near_apps(
                          near,
                          {.content = *server.deps->content, .evaluated_at = server.clock.now()},
                          installer, report);
                      const json::object body = observation_of_report(report, {}).body;
                      BARTIZAN_TRY(rows.put_scanned_app(
                          {.sha256 = std::string(*get_string(report, "sha256")),
                           .package = std::string(*get_string(report, "package")),
                           .label = std::string(*get_string(report, "label")),
                           .verdict = std::string(*get_string(report, "verdict")),
                           .report = json::serialize(report),
                           .signer = detect::app_signer_of(body).value_or(AppSigner{}),
                           .icon_hash = std::string(get_string(body, "icon_hash").value_or(""))}));
                      list_near_apps(near, report);
                      return {};
                    })
                    .ok());
    return report;
  }
  static std::vector<std::string> packages(const json::object& report) {
    std::vector<std::string> out;
    for (const json::value& item : report.at("same_icon").as_array())
      out.emplace_back(get_string(item.as_object(), "package").value_or(""));
    return out;
  }

  TestServer server;
};

using Packages = std::vector<std::string>;

TEST_F(IconOfUploadsTest, OtherPackagesOfOtherSignersAreNamed) {
  EXPECT_EQ(packages(upload(report_of("org.example.notes", "aa"))), Packages{});
  EXPECT_EQ(packages(upload(report_of("org.example.memo", "aa"))), Packages{});  // of one maker
  EXPECT_EQ(packages(upload(report_of("net.other", "bb", false))), Packages{});  // another icon
  const json::object copy = upload(report_of("net.fast.notes", "cc"));
  EXPECT_EQ(packages(copy), (Packages{"org.example.memo", "org.example.notes"}));
  // The report is kept as it was judged, and says of today what it stands beside.
  const json::object first =
      server.get("/v1/apps/5caorg.example.notes").body.at("report").as_object();
  EXPECT_EQ(packages(first), Packages{"net.fast.notes"});
  EXPECT_TRUE(first.at("findings").as_array().empty());
}

TEST_F(IconOfUploadsTest, WithTheSameLabelItIsAFinding) {
  upload(report_of("org.example.notes", "aa"));
  const json::object copy = upload(report_of("net.fast.notes", "cc"));
  ASSERT_TRUE(has_finding(copy, "app.imitation"));
  EXPECT_EQ(copy.at("verdict").as_string(), "suspicious");
  EXPECT_EQ(copy.at("techniques").as_array().at(0).as_string(), "T1655.001");
  json::object other = report_of("net.fast.todo", "dd");
  other["label"] = "Todo";
  EXPECT_FALSE(has_finding(upload(std::move(other)), "app.imitation"));
}

TEST_F(IconOfUploadsTest, AnInstallerThatLooksAtAppsCounts) {
  upload(report_of("org.example.notes", "aa"));
  const json::object copy = upload(report_of("net.fast.notes", "cc"), "com.android.vending");
  EXPECT_EQ(get_string(copy.at("findings").as_array().at(0).as_object(), "severity"), "low");
}

TEST_F(IconOfUploadsTest, AppsOfIosTakeNoPart) {
  upload(report_of("org.example.notes", "aa"));
  json::object ios = report_of("org.example.ios", "cc");
  ios["platform"] = "ios";
  ios = upload(std::move(ios));
  EXPECT_FALSE(ios.contains("same_icon"));
  EXPECT_TRUE(ios.at("findings").as_array().empty());
}

}  // namespace
}  // namespace bartizan::server
