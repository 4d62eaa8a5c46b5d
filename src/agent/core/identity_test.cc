#include "agent/core/identity.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/core/backoff.h"
#include "agent/core/device_api.h"
#include "base/file.h"
#include "net/test_certificates.h"

namespace bartizan::agent {
namespace {

TEST(Identity, IsKeptForItsOwnerAlone) {
  const auto folder =
      std::filesystem::path(testing::TempDir()) / ("identity-" + std::to_string(::getpid()));
  std::filesystem::remove_all(folder);
  EXPECT_EQ(load_identity(folder).error().code, ErrorCode::kNotFound);
  const Identity identity{.device = {.id = "d-1", .group = "corporate", .tier = PrivacyTier::kByod},
                          .tenant = "default",
                          .devices_url = "https://h:1",
                          .certificate_pem = "c",
                          .ca_pem = "ca",
                          .private_key_pem = new_private_key_pem().value(),
                          .reference_key = std::string(32, 'r')};
  ASSERT_TRUE(save_identity(folder, identity).ok());
  const auto loaded = load_identity(folder);
  ASSERT_TRUE(loaded.ok()) << loaded.error().message;
  EXPECT_EQ(loaded->device, identity.device);
  EXPECT_EQ(loaded->private_key_pem, identity.private_key_pem);
  EXPECT_EQ(loaded->reference_key, identity.reference_key);
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    EXPECT_EQ(static_cast<int>(entry.status().permissions()) & 077, 0) << entry.path();
  }
  ASSERT_TRUE(write_file_durably(folder / "identity.json", "{").ok());
  const Error broken = load_identity(folder).error();
  EXPECT_EQ(broken.code, ErrorCode::kInvalid);
  EXPECT_EQ(broken.message.find((folder / "identity.json").string()), 0U) << broken.message;
  std::filesystem::remove_all(folder);
}

TEST(Identity, MakesARequestThatAnAuthoritySigns) {
  const net::TestAuthority authority;
  const auto key = new_private_key_pem();
  ASSERT_TRUE(key.ok());
  const auto request = make_certificate_request(*key);
  ASSERT_TRUE(request.ok());
  const std::string certificate = authority.sign(*request, "device", 30);
  ASSERT_FALSE(certificate.empty());
  const auto validity = certificate_validity(certificate);
  ASSERT_TRUE(validity.ok());
  EXPECT_NEAR(static_cast<double>((validity->not_after - validity->not_before).count()),
              30 * 86400e3, 120e3);
  EXPECT_FALSE(renewal_is_due(*validity, validity->not_before + std::chrono::hours(24 * 19)));
  EXPECT_TRUE(renewal_is_due(*validity, validity->not_before + std::chrono::hours(24 * 21)));
  EXPECT_EQ(certificate_digest(authority.certificate_pem()).value(),
            authority.certificate_sha256());
  EXPECT_FALSE(make_certificate_request("rubbish").ok());
  EXPECT_FALSE(certificate_validity("rubbish").ok());
}

TEST(EnrolmentAddress, NeedsHttpsTokenAndDigest) {
  const std::string digest(64, 'A');
  const auto address =
      parse_enrolment_address("https://mtd.example.org:8445/enrol#token=abc-_1&ca=" + digest);
  ASSERT_TRUE(address.ok()) << address.error().message;
  EXPECT_EQ(address->host, "mtd.example.org");
  EXPECT_EQ(address->port, 8445);
  EXPECT_EQ(address->token, "abc-_1");
  EXPECT_EQ(address->ca_sha256, std::string(64, 'a'));
  EXPECT_FALSE(parse_enrolment_address("http://h/enrol#token=a&ca=" + digest).ok());
  EXPECT_FALSE(parse_enrolment_address("https://h/enrol#token=a&ca=12").ok());
  EXPECT_FALSE(parse_enrolment_address("rubbish").ok());
  SystemRandom random;
  EXPECT_EQ(enrol({.host = "h"}, {}, random).error().code, ErrorCode::kInvalid);
}

TEST(Backoff, DoublesItsCeilingAndDrawsFromAllOfIt) {
  SystemRandom random;
  Duration largest{0};
  bool small = false;
  for (int i = 0; i < 400; ++i) {
    Backoff backoff(Duration(1000), Duration(5000), random);
    Duration wait{0};
    for (int attempt = 0; attempt < 4; ++attempt) {
      wait = backoff.next();
      EXPECT_LE(wait.count(), 1000 << attempt);
      EXPECT_LE(wait.count(), 5000);
    }
    largest = std::max(largest, wait);
    small = small || wait < Duration(500);
    backoff.reset();
    EXPECT_LE(backoff.next().count(), 1000);
  }
  EXPECT_GT(largest, Duration(4000));
  EXPECT_TRUE(small);
}

}  // namespace
}  // namespace bartizan::agent
