// Reports of uploaded apps: listed, narrowed, and found from the phone that has the file.
#include <gtest/gtest.h>

#include "server/test_server.h"

namespace bartizan::server {
namespace {

class AppRoutesTest : public ::testing::Test {
 protected:
  void put(const ScannedApp& app) {
    EXPECT_TRUE(server.store
                    ->write([&](store::Transaction& transaction) {
                      return transaction.tenant("default").put_scanned_app(app);
                    })
                    .ok());
  }
  std::vector<std::string> packages(const std::string& query) {
    std::vector<std::string> out;
    const TestAnswer listing = server.get("/v1/apps" + query);
    EXPECT_EQ(listing.status, 200) << query;
    for (const json::value& app : listing.body.at("items").as_array())
      out.emplace_back(get_string(app.as_object(), "package").value_or(""));
    return out;
  }

  TestServer server;
};

using Packages = std::vector<std::string>;

TEST_F(AppRoutesTest, TheListIsNarrowedByVerdictAndText) {
  put({.sha256 = std::string(64, 'a'), .package = "org.torch", .verdict = "clean"});
  put({.sha256 = std::string(64, 'b'),
       .package = "com.parcel",
       .label = "Parcel",
       .verdict = "malicious",
       .scanned_at = from_millis(1)});
  EXPECT_EQ(packages(""), (Packages{"com.parcel", "org.torch"}));
  EXPECT_EQ(packages("?verdict=malicious,suspicious"), Packages{"com.parcel"});
  EXPECT_EQ(packages("?q=torch"), Packages{"org.torch"});
  EXPECT_EQ(packages("?q=" + std::string(64, 'b')), Packages{"com.parcel"});
  EXPECT_EQ(packages("?verdict=clean&q=parcel"), Packages{});
  const TestAnswer unknown = server.get("/v1/apps?verdict=fine");
  EXPECT_EQ(unknown.status, 400);
  EXPECT_EQ(get_string(unknown.body, "place"), "verdict");
}

TEST_F(AppRoutesTest, AnAppOfAPhoneLeadsToTheReportOfItsFileWhereThereIsOne) {
  TestPhone phone = server.enrol();
  const std::string looked_at(64, 'a');
  const std::string unknown(64, 'b');
  put({.sha256 = looked_at, .package = "org.torch", .verdict = "clean"});
  const auto installed = [&](const char* package, const std::string& sha256) {
    return server.observe(phone, "app.installed", {{"package", package}, {"sha256", sha256}});
  };
  server.report(phone, {installed("org.torch", looked_at), installed("org.other", unknown),
                        server.observe(phone, "app.installed", {{"package", "org.plain"}})});
  const TestAnswer device = server.get("/v1/devices/" + phone.id);
  std::map<std::string, bool> has_report;
  for (const json::value& app : device.body.at("apps").as_array())
    has_report[std::string(get_string(app.as_object(), "package").value_or(""))] =
        get_bool(app.as_object(), "has_report").value_or(false);
  EXPECT_EQ(has_report, (std::map<std::string, bool>{
                            {"org.torch", true}, {"org.other", false}, {"org.plain", false}}));
}

}  // namespace
}  // namespace bartizan::server
