#include "server/accounts.h"

#include <gtest/gtest.h>

#include "server/test_server.h"
#include "server/totp.h"

namespace bartizan::server {
namespace {

// RFC 6238 appendix B, SHA-1, eight digits.
TEST(Totp, GivesTheCodesOfTheRfc) {
  const std::string key = "12345678901234567890";
  const std::vector<std::pair<std::int64_t, std::string>> vectors{
      {59, "94287082"},         {1111111109, "07081804"}, {1111111111, "14050471"},
      {1234567890, "89005924"}, {2000000000, "69279037"}, {20000000000, "65353130"}};
  for (const auto& [seconds, code] : vectors)
    EXPECT_EQ(totp_code(as_bytes(key), totp_step(from_millis(seconds * 1000)), 8), code);
}

// RFC 4648 section 10, without padding.
TEST(Totp, Base32IsTheRfcs) {
  EXPECT_EQ(base32(as_bytes("foobar")), "MZXW6YTBOI");
  EXPECT_EQ(base32(as_bytes("fo")), "MZXQ");
  EXPECT_EQ(as_text(unbase32("MZXW6YTBOI").value()), "foobar");
  EXPECT_FALSE(unbase32("mz1").ok());
}

TEST(Totp, ACodeIsGoodForANeighbouringStepAndOnce) {
  const std::string secret = base32(as_bytes("12345678901234567890"));
  const auto key = unbase32(secret).value();
  const Timestamp now = from_millis(1'111'111'111'000);
  const std::int64_t step = totp_step(now);
  for (const int offset : {-1, 0, 1}) {
    EXPECT_EQ(check_totp(secret, totp_code(key, step + offset), now, 0), step + offset);
    EXPECT_FALSE(check_totp(secret, totp_code(key, step + offset), now, step + offset));
  }
  EXPECT_FALSE(check_totp(secret, totp_code(key, step - 2), now, 0));
  EXPECT_FALSE(check_totp(secret, totp_code(key, step + 2), now, 0));
  EXPECT_FALSE(check_totp("", totp_code(key, step), now, 0));
}

TEST(Password, HashesAreArgon2idAndVerify) {
  const PasswordHasher hasher(HashCost::kTestOnly);
  const std::string hash = hasher.hash("correct horse");
  EXPECT_TRUE(hash.starts_with("$argon2id$"));
  EXPECT_TRUE(hasher.verify(hash, "correct horse"));
  EXPECT_FALSE(hasher.verify(hash, "correct hors"));
  EXPECT_FALSE(hasher.verify("", "nobody")) << "an empty hash matches nothing";
  EXPECT_NE(hash, hasher.hash("correct horse"));
}

TEST(LockTime, BeginsAtTheTenthFailureAndGrows) {
  EXPECT_EQ(lock_time(9), Duration::zero());
  EXPECT_EQ(lock_time(10), std::chrono::minutes(1));
  EXPECT_EQ(lock_time(11), std::chrono::minutes(2));
  EXPECT_EQ(lock_time(1000), std::chrono::hours(24));
}

class AccountsTest : public ::testing::Test {
 protected:
  AccountsTest() {
    const auto added = server.accounts->add(kDefaultTenant, "ada", Role::kAnalyst, "test");
    id = added->administrator.id;
    EXPECT_TRUE(server.accounts->set_password(kDefaultTenant, id, kPassword).ok());
  }
  Refusal attempt(const std::string& password, const std::string& code = "") {
    return server.accounts->sign_in(kDefaultTenant, "ada", {.password = password, .totp = code})
        ->refusal;
  }
  Administrator stored() {
    std::optional<Administrator> out;
    EXPECT_TRUE(server.store
                    ->read([&](store::Transaction& transaction) -> Status {
                      BARTIZAN_ASSIGN(out, transaction.tenant(kDefaultTenant).administrator(id));
                      return {};
                    })
                    .ok());
    return out.value();
  }

  static constexpr const char* kPassword = "a long enough password";
  TestServer server;
  std::string id;
};

TEST_F(AccountsTest, TenFailuresLockTheAccountForTheRightPasswordToo) {
  for (int i = 0; i < 10; ++i) EXPECT_EQ(attempt("wrong"), Refusal::kBadCredentials) << i;
  EXPECT_EQ(attempt(kPassword), Refusal::kLocked);
  server.clock.advance(std::chrono::seconds(61));
  EXPECT_EQ(attempt("wrong"), Refusal::kBadCredentials);
  server.clock.advance(std::chrono::seconds(61));
  EXPECT_EQ(attempt(kPassword), Refusal::kLocked) << "the second rest is longer";
  server.clock.advance(std::chrono::seconds(61));
  EXPECT_EQ(attempt(kPassword), Refusal::kNone);
  EXPECT_EQ(stored().failed_logins, 0);
}

TEST_F(AccountsTest, TheCommandLineUnlocks) {
  for (int i = 0; i < 10; ++i) attempt("wrong");
  ASSERT_TRUE(server.accounts->unlock(kDefaultTenant, "ada").ok());
  EXPECT_EQ(attempt(kPassword), Refusal::kNone);
}

TEST_F(AccountsTest, AResetPasswordMustBeChanged) {
  const auto reset = server.accounts->reset_password(kDefaultTenant, "ada");
  ASSERT_TRUE(reset.ok());
  EXPECT_EQ(attempt(kPassword), Refusal::kBadCredentials);
  EXPECT_EQ(attempt(*reset), Refusal::kNone);
  EXPECT_TRUE(stored().must_change_password);
}

TEST_F(AccountsTest, TheSecondFactorIsAskedForAndACodeIsGoodOnce) {
  const auto secret = server.accounts->start_totp(kDefaultTenant, id);
  EXPECT_EQ(attempt(kPassword), Refusal::kNone) << "not in force before it is confirmed";
  const auto code = [&](std::int64_t ahead = 0) {
    return totp_code(unbase32(*secret).value(), totp_step(server.clock.now()) + ahead);
  };
  EXPECT_FALSE(server.accounts->confirm_totp(kDefaultTenant, id, "000000").ok());
  ASSERT_TRUE(server.accounts->confirm_totp(kDefaultTenant, id, code()).ok());
  EXPECT_EQ(attempt(kPassword), Refusal::kTotpRequired);
  EXPECT_EQ(attempt(kPassword, code()), Refusal::kBadCredentials) << "used to confirm";
  EXPECT_EQ(attempt(kPassword, code(1)), Refusal::kNone);
  EXPECT_EQ(attempt(kPassword, code(1)), Refusal::kBadCredentials);
  ASSERT_TRUE(server.accounts->reset_totp(kDefaultTenant, "ada").ok());
  EXPECT_EQ(attempt(kPassword), Refusal::kNone);
}

TEST_F(AccountsTest, AskingForTheSecondFactorIsNoFailureButAWrongCodeIs) {
  const auto secret = server.accounts->start_totp(kDefaultTenant, id);
  const auto key = unbase32(*secret).value();
  ASSERT_TRUE(server.accounts
                  ->confirm_totp(kDefaultTenant, id, totp_code(key, totp_step(server.clock.now())))
                  .ok());
  for (int i = 0; i < 20; ++i) EXPECT_EQ(attempt(kPassword), Refusal::kTotpRequired);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(attempt(kPassword, "999999"), Refusal::kBadCredentials);
  EXPECT_EQ(attempt(kPassword, "999999"), Refusal::kLocked);
}

TEST_F(AccountsTest, ANameNobodyHasIsRefusedAlike) {
  const auto result =
      server.accounts->sign_in(kDefaultTenant, "nobody", {.password = "x", .totp = ""});
  EXPECT_EQ(result->refusal, Refusal::kBadCredentials);
}

TEST_F(AccountsTest, ANameNobodyHasLocksAsAnAccountDoes) {
  const auto answers = [&](const std::string& name, const std::string& password) {
    const auto result =
        server.accounts->sign_in(kDefaultTenant, name, {.password = password, .totp = ""});
    return std::pair(result->refusal, result->locked_until);
  };
  for (int i = 0; i < 30; ++i) {
    EXPECT_EQ(answers("ada", "wrong"), answers("nobody", "wrong")) << i;
    if (i >= 9) server.clock.advance(i % 2 == 0 ? lock_time(i + 1) : std::chrono::seconds(10));
  }
  // As with an account, a restart forgets nothing.
  for (int i = 0; i < 12; ++i) answers("nobody at all", "wrong");
  Accounts restarted(*server.store, server.clock, server.random, server.hasher);
  EXPECT_EQ(
      restarted.sign_in(kDefaultTenant, "nobody at all", {.password = "x", .totp = ""})->refusal,
      Refusal::kLocked);
  EXPECT_EQ(answers("somebody else", "wrong").first, Refusal::kBadCredentials);
}

TEST_F(AccountsTest, ANameIsTakenOnce) {
  const auto again = server.accounts->add(kDefaultTenant, "ada", Role::kViewer, "test");
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().code, ErrorCode::kConflict);
  EXPECT_FALSE(server.accounts->add(kDefaultTenant, "a b", Role::kViewer, "test").ok());
  const auto louder = server.accounts->add(kDefaultTenant, "ADA", Role::kViewer, "test");
  ASSERT_FALSE(louder.ok()) << "people would take one for the other";
  EXPECT_EQ(louder.error().code, ErrorCode::kConflict);
}

TEST_F(AccountsTest, NoSecretReachesTheAuditLog) {
  attempt("a wrong secret");
  const auto secret = server.accounts->start_totp(kDefaultTenant, id);
  const auto reset = server.accounts->reset_password(kDefaultTenant, "ada");
  const TestAnswer log = server.get("/v1/audit?limit=200");
  const std::string text = json::serialize(log.body);
  EXPECT_NE(text.find("administrator.password_reset"), std::string::npos);
  for (const std::string& hidden : {std::string("a wrong secret"), *secret, *reset})
    EXPECT_EQ(text.find(hidden), std::string::npos);
  EXPECT_EQ(text.find("argon2"), std::string::npos);
}

}  // namespace
}  // namespace bartizan::server
