// A renewed certificate ends the one before it, once the phone has it for sure.
#include <gtest/gtest.h>

#include <set>

#include "server/test_server.h"

namespace bartizan::server {
namespace {

class RenewalTest : public ::testing::Test {
 protected:
  RenewalTest() : first(server.enrol()) { EXPECT_EQ(status(first), 200); }

  std::set<std::string> serials() {
    std::set<std::string> out;
    EXPECT_TRUE(server.store
                    ->read([&](store::Transaction& transaction) -> Status {
                      BARTIZAN_ASSIGN(const auto all,
                                      transaction.tenant(kDefaultTenant).certificates(first.id));
                      for (const DeviceCertificate& one : all) out.insert(one.serial);
                      return {};
                    })
                    .ok());
    return out;
  }
  // The phone with the certificate that `with` got by asking.
  TestPhone renew(const TestPhone& with) {
    server.clock.advance(std::chrono::minutes(1));
    const auto before = serials();
    const TestAnswer answer = server.as_phone(
        with, "POST", "/v1/device/certificate",
        json::serialize(json::object{{"csr_pem", make_key_and_request()->csr_pem}}));
    EXPECT_EQ(answer.status, 200);
    TestPhone out = with;
    for (const std::string& serial : serials()) {
      if (!before.contains(serial)) out.certificate.serial = serial;
    }
    EXPECT_NE(out.certificate.serial, with.certificate.serial);
    return out;
  }
  TestAnswer ask(const TestPhone& phone) {
    return server.as_phone(phone, "GET", "/v1/device/actions");
  }
  int status(const TestPhone& phone) { return ask(phone).status; }

  TestServer server;
  TestPhone first;
};

TEST_F(RenewalTest, TheOldCertificateEndsWithTheFirstUseOfTheNew) {
  const TestPhone second = renew(first);
  EXPECT_EQ(status(first), 200) << "perhaps the answer is still on its way";
  EXPECT_EQ(status(second), 200);
  EXPECT_EQ(ask(first).code(), "certificate_revoked");
  EXPECT_EQ(status(second), 200);
}

TEST_F(RenewalTest, AnAnswerThatWasLostLocksNobodyOut) {
  const TestPhone lost = renew(first);
  const TestPhone second = renew(first);
  EXPECT_EQ(status(first), 200);
  EXPECT_EQ(status(second), 200);
  EXPECT_EQ(status(lost), 403) << "nobody has it";
  EXPECT_EQ(status(first), 403);
  const TestPhone third = renew(second);
  EXPECT_EQ(status(third), 200);
  EXPECT_EQ(status(second), 403);
}

TEST_F(RenewalTest, AnOlderOneThatCameLateEndsNothingNewer) {
  const TestPhone second = renew(first);
  const TestPhone third = renew(first);
  EXPECT_EQ(status(second), 200);
  EXPECT_EQ(status(third), 200);
  EXPECT_EQ(status(second), 403);
}

TEST_F(RenewalTest, AnotherPhonesCertificateStays) {
  const TestPhone other = server.enrol();
  EXPECT_EQ(status(renew(first)), 200);
  EXPECT_EQ(status(other), 200);
}

}  // namespace
}  // namespace bartizan::server
