#include "store/store_conformance.h"

namespace bartizan::store {
namespace {

class AppSignersConformance : public StoreConformance {
 protected:
  void SetUp() override {
    StoreConformance::SetUp();
    for (const char* id : {"d1", "d2", "d3"}) put_device(id, DeviceState::kEnrolled);
  }
  void put_device(const std::string& id, DeviceState state) {
    ASSERT_TRUE(rows([&](Rows& all) { return all.put_device({.id = id, .state = state}); }).ok());
  }
  bool put(const std::string& device, const std::string& package, const AppSigner& signer,
           int at = 0) {
    const auto others = rows(
        [&](Rows& all) { return all.put_app_signer(device, package, signer, from_millis(at)); });
    EXPECT_TRUE(others.ok());
    return others.ok() && *others;
  }
  std::vector<FleetSigner> signers(const std::string& package) {
    return *rows([&](Rows& all) { return all.app_signers(package); });
  }
};
BARTIZAN_STORE_CONFORMANCE(AppSignersConformance);

const AppSigner kOld{.signer = "aa", .past = {}};
const AppSigner kNew{.signer = "bb", .past = "aa"};
const AppSigner kOther{.signer = "cc", .past = {}};

TEST_P(AppSignersConformance, EachSignerIsCountedOnceAPhoneTheFirstSeenFirst) {
  EXPECT_FALSE(put("d1", "com.a", kOther, 5));
  EXPECT_FALSE(put("d1", "com.a", kOther, 9)) << "its own is not another";
  EXPECT_FALSE(put("d2", "com.a", kOther, 4));
  EXPECT_FALSE(put("d2", "com.b", kOld)) << "another package";
  EXPECT_TRUE(put("d3", "com.a", kOld, 7));
  EXPECT_TRUE(put("d1", "com.a", kOther, 9)) << "on either side in the order of digests";
  EXPECT_EQ(signers("com.a"), (std::vector<FleetSigner>{
                                  {.signer = kOther, .phones = 2, .first_seen = from_millis(4)},
                                  {.signer = kOld, .phones = 1, .first_seen = from_millis(7)}}));
  EXPECT_TRUE(signers("com.c").empty());
}

TEST_P(AppSignersConformance, APhoneHasAPackageFromOneSigner) {
  put("d1", "com.a", kOld);
  put("d2", "com.a", kOld);
  put("d1", "com.b", kOld);
  EXPECT_TRUE(put("d1", "com.a", kOther, 3));
  EXPECT_EQ(signers("com.a"), (std::vector<FleetSigner>{
                                  {.signer = kOld, .phones = 1, .first_seen = from_millis(0)},
                                  {.signer = kOther, .phones = 1, .first_seen = from_millis(3)}}));
  EXPECT_EQ(signers("com.b").size(), 1u);
  ASSERT_TRUE(rows([](Rows& all) { return all.remove_app_signer("d2", "com.a"); }).ok());
  ASSERT_TRUE(rows([](Rows& all) { return all.remove_app_signer("d2", "com.none"); }).ok());
  EXPECT_EQ(signers("com.a").size(), 1u);
  EXPECT_FALSE(put("d1", "com.a", kOther));
  EXPECT_EQ(signers("com.b").size(), 1u);
}

TEST_P(AppSignersConformance, WhatASignerFollowsIsKeptAndLearntLater) {
  put("d1", "com.a", {.signer = "bb", .past = {}}, 1);
  put("d2", "com.a", kNew, 2);
  EXPECT_EQ(
      signers("com.a"),
      (std::vector<FleetSigner>{{.signer = kNew, .phones = 2, .first_seen = from_millis(1)}}));
  put("d1", "com.a", kNew, 3);
  ASSERT_TRUE(rows([](Rows& all) { return all.remove_app_signer("d2", "com.a"); }).ok());
  EXPECT_EQ(
      signers("com.a"),
      (std::vector<FleetSigner>{{.signer = kNew, .phones = 1, .first_seen = from_millis(1)}}));
}

TEST_P(AppSignersConformance, PhonesThatLeftDoNotCount) {
  put("d1", "com.a", kOld);
  put("d2", "com.a", kOther);
  put_device("d1", DeviceState::kLeft);
  ASSERT_EQ(signers("com.a").size(), 1u);
  EXPECT_EQ(signers("com.a")[0].signer, kOther);
}

TEST_P(AppSignersConformance, CountingIsBounded) {
  ASSERT_TRUE(rows([](Rows& all) -> Status {
                for (int i = 0; i < kMostCountedPhones + 5; ++i) {
                  const std::string id = "p" + std::to_string(i);
                  BARTIZAN_TRY(all.put_device({.id = id}));
                  BARTIZAN_ASSIGN(const bool others, all.put_app_signer(id, "com.a", kOld, {}));
                  EXPECT_FALSE(others);
                }
                return {};
              }).ok());
  EXPECT_EQ(signers("com.a")[0].phones, kMostCountedPhones);
}

}  // namespace
}  // namespace bartizan::store
