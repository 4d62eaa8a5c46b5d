#include "server/near_apps.h"

#include <gtest/gtest.h>

#include "base/tlsh.h"
#include "server/test_server.h"

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

}  // namespace
}  // namespace bartizan::server
