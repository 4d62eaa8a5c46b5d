// Administrators: signing in, sessions, lockout, second factor, and what the command line can do
// when somebody is locked out.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/crypto.h"
#include "base/time.h"
#include "model/account.h"
#include "server/password.h"
#include "store/store.h"

namespace bartizan::server {

inline constexpr int kFailuresBeforeLock = 10;

// How long an account rests after this many failures in a row: a minute at the tenth, twice as long
// with each further one, a day at most.
Duration lock_time(int failures);

struct SignedIn {
  Administrator administrator;
  Session session;
  std::string cookie;  // the secret the browser keeps; the store has its digest
};

enum class Refusal { kNone, kBadCredentials, kTotpRequired, kLocked };

struct SignInResult {
  std::optional<SignedIn> signed_in;
  Refusal refusal = Refusal::kNone;
  Timestamp locked_until;           // kLocked
  std::string account = "unknown";  // id, for the log; never told to who asks
};

// What a person claims to know.
struct Credentials {
  std::string password;
  std::string totp;  // empty: none given
};

class Accounts {
 public:
  Accounts(store::Store& store, const Clock& clock, Random& random, const PasswordHasher& hasher)
      : store_(store), clock_(clock), random_(random), hasher_(hasher) {}

  // Answers alike for a name nobody has, in about the same time: it is hashed for, counted and
  // locked as an account is. Everything is audited.
  Result<SignInResult> sign_in(std::string_view tenant, const std::string& name,
                               const Credentials& credentials);

  // For a signed-in person who must prove to be present: no session is made.
  Result<SignInResult> confirm(std::string_view tenant, const Administrator& administrator,
                               const Credentials& credentials);

  // The same by the password alone, whether or not there is a second factor.
  Result<SignInResult> confirm_password(std::string_view tenant, const Administrator& administrator,
                                        const std::string& password);

  // Ends all sessions of the account and begins a new one.
  Result<SignedIn> set_password(std::string_view tenant, std::string_view administrator_id,
                                const std::string& password);

  // The secret is in force after confirm_totp.
  Result<std::string> start_totp(std::string_view tenant, std::string_view administrator_id);
  // kConflict: none was started. kInvalid: the code does not belong to it.
  Result<Administrator> confirm_totp(std::string_view tenant, std::string_view administrator_id,
                                     std::string_view code);

  // A new account with a first password that must be changed. kConflict: the name is taken.
  struct Added {
    Administrator administrator;
    std::string password;
  };
  Result<Added> add(std::string_view tenant, const std::string& name, Role role,
                    std::string_view actor);
  // The first account of an installation, or nothing when there is one.
  Result<std::optional<Added>> add_first(std::string_view tenant);

  // In force with the next request. Who is no admin any more leaves no API tokens behind: they may
  // do what only an admin may give. kNotFound; kConflict: it is the last admin.
  Result<Administrator> change_role(std::string_view tenant, std::string_view administrator_id,
                                    Role role, std::string_view actor);
  // Ends the account, its sessions and the API tokens it made. What it did stays in the audit log
  // under its name. kNotFound; kConflict: it is the last admin.
  Status remove(std::string_view tenant, std::string_view administrator_id, std::string_view actor);

  // From the command line, by whoever may read the data folder. kNotFound: no such name.
  Result<std::string> reset_password(std::string_view tenant, const std::string& name);
  Status unlock(std::string_view tenant, const std::string& name);
  Status reset_totp(std::string_view tenant, const std::string& name);

 private:
  enum class Purpose { kBeginSession, kProvePresence, kProvePassword };
  Result<SignInResult> attempt(std::string_view tenant, const std::string& name,
                               const Credentials& credentials, Purpose purpose);
  Status refuse_unknown(store::Rows& rows, const std::string& name, SignInResult& out);
  Status settle(store::Rows& rows, const std::string& name, Administrator current, Purpose purpose,
                std::int64_t step, SignInResult& out);
  Status change(std::string_view tenant, const std::string& name, std::string_view action,
                const std::function<void(Administrator&)>& edit);
  Result<SignedIn> begin_session(store::Rows& rows, const Administrator& administrator);

  store::Store& store_;
  const Clock& clock_;
  Random& random_;
  const PasswordHasher& hasher_;
};

}  // namespace bartizan::server
