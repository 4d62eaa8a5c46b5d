#include "server/accounts.h"

#include <algorithm>
#include <utility>

#include "base/id.h"
#include "net/http.h"
#include "server/access.h"
#include "server/audit.h"
#include "server/totp.h"
#include "server/unknown_name.h"

namespace bartizan::server {
namespace {

constexpr std::size_t kMaxName = 64;

std::string pending_totp_key(std::string_view administrator_id) {
  return "totp.pending." + std::string(administrator_id);
}

// What the presented credentials amount to, judged before the account is touched.
Refusal judge(const Administrator& administrator, bool password_right,
              const Credentials& credentials, Timestamp now, std::int64_t& step) {
  if (!password_right) return Refusal::kBadCredentials;
  if (administrator.totp_secret.empty()) return Refusal::kNone;
  if (credentials.totp.empty()) return Refusal::kTotpRequired;
  const auto found =
      check_totp(administrator.totp_secret, credentials.totp, now, administrator.totp_last_step);
  if (!found) return Refusal::kBadCredentials;
  step = *found;
  return Refusal::kNone;
}

bool is_login_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxName &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return static_cast<unsigned char>(c) > 0x20 && c != 0x7f && c != ':';
         });
}

// Without an admin nobody could add one, but from the server's command line.
Status require_another_admin(store::Rows& rows, std::string_view administrator_id) {
  BARTIZAN_ASSIGN(const auto all, rows.administrators());
  const bool another = std::any_of(all.begin(), all.end(), [&](const Administrator& one) {
    return one.role == Role::kAdmin && one.id != administrator_id;
  });
  if (!another) return Error{ErrorCode::kConflict, "this is the last account with the role admin"};
  return {};
}

// How many were in force.
Result<int> revoke_tokens_of(store::Rows& rows, const Administrator& administrator, Timestamp now) {
  BARTIZAN_ASSIGN(auto tokens, rows.api_tokens());
  int revoked = 0;
  for (ApiToken& token : tokens) {
    if (token.created_by != administrator.name || token.revoked_at) continue;
    token.revoked_at = now;
    BARTIZAN_TRY(rows.put_api_token(token));
    ++revoked;
  }
  return revoked;
}

}  // namespace

Duration lock_time(int failures) {
  if (failures < kFailuresBeforeLock) return Duration::zero();
  const int doublings = std::min(failures - kFailuresBeforeLock, 12);
  return std::min<Duration>(std::chrono::minutes(1) * (1 << doublings), std::chrono::hours(24));
}

Result<SignedIn> Accounts::begin_session(store::Rows& rows, const Administrator& administrator) {
  const Timestamp now = clock_.now();
  SignedIn out{.administrator = administrator, .session = {}, .cookie = random_token(random_)};
  out.session = {.token_digest = sha256_hex(as_bytes(out.cookie)),
                 .administrator_id = administrator.id,
                 .csrf_token = random_token(random_),
                 .created_at = now,
                 .expires_at = now + kSessionAbsolute,
                 .last_used = now};
  BARTIZAN_TRY(rows.put_session(out.session));
  return out;
}

Result<SignInResult> Accounts::attempt(std::string_view tenant, const std::string& name,
                                       const Credentials& credentials, Purpose purpose) {
  std::optional<Administrator> known;
  const Status done = store_.read([&](store::Transaction& transaction) -> Status {
    BARTIZAN_ASSIGN(known, transaction.tenant(tenant).administrator_by_name(name));
    return {};
  });
  if (!done.ok()) return done.error();
  // Outside any transaction: hashing takes long by design.
  const bool password_right =
      hasher_.verify(known ? known->password_hash : std::string(), credentials.password);
  SignInResult out;
  const Status written = store_.write([&](store::Transaction& transaction) -> Status {
    store::Rows& rows = transaction.tenant(tenant);
    const Timestamp now = clock_.now();
    out = {};
    BARTIZAN_ASSIGN(auto current, rows.administrator_by_name(name));
    if (!current) return refuse_unknown(rows, name, out);
    out.account = current->id;
    if (current->locked_until && *current->locked_until > now) {
      out.refusal = Refusal::kLocked;
      out.locked_until = *current->locked_until;
      return {};
    }
    std::int64_t step = current->totp_last_step;
    const bool unchanged = known && known->password_hash == current->password_hash;
    Administrator judged = *current;
    if (purpose == Purpose::kProvePassword) judged.totp_secret.clear();
    out.refusal = judge(judged, password_right && unchanged, credentials, now, step);
    return settle(rows, name, std::move(*current), purpose, step, out);
  });
  if (!written.ok()) return written.error();
  return out;
}

Status Accounts::refuse_unknown(store::Rows& rows, const std::string& name, SignInResult& out) {
  const Timestamp now = clock_.now();
  BARTIZAN_ASSIGN(UnknownName counter, UnknownName::load(rows, name, random_));
  if (counter.locked_until && *counter.locked_until > now) {
    out.refusal = Refusal::kLocked;
    out.locked_until = *counter.locked_until;
    return {};
  }
  out.refusal = Refusal::kBadCredentials;
  ++counter.failures;
  const Duration rest = lock_time(counter.failures);
  if (rest > Duration::zero()) counter.locked_until = now + rest;
  BARTIZAN_TRY(counter.save(rows));
  return audit(rows, now, random_, "nobody", "session.refused", name.substr(0, kMaxName),
               {{"failures", counter.failures}, {"locked", rest > Duration::zero()}});
}

Status Accounts::settle(store::Rows& rows, const std::string& name, Administrator current,
                        Purpose purpose, std::int64_t step, SignInResult& out) {
  const Timestamp now = clock_.now();
  if (out.refusal == Refusal::kTotpRequired) return {};
  if (out.refusal == Refusal::kBadCredentials) {
    ++current.failed_logins;
    const Duration rest = lock_time(current.failed_logins);
    if (rest > Duration::zero()) current.locked_until = now + rest;
    BARTIZAN_TRY(rows.put_administrator(current));
    return audit(rows, now, random_, "admin:" + name, "session.refused", name,
                 {{"failures", current.failed_logins}, {"locked", rest > Duration::zero()}});
  }
  current.failed_logins = 0;
  current.locked_until.reset();
  current.totp_last_step = step;
  BARTIZAN_TRY(rows.put_administrator(current));
  if (purpose != Purpose::kBeginSession) return {};
  BARTIZAN_ASSIGN(out.signed_in, begin_session(rows, current));
  return audit(rows, now, random_, "admin:" + name, "session.started", name);
}

Result<SignInResult> Accounts::sign_in(std::string_view tenant, const std::string& name,
                                       const Credentials& credentials) {
  return attempt(tenant, name, credentials, Purpose::kBeginSession);
}

Result<SignInResult> Accounts::confirm(std::string_view tenant, const Administrator& administrator,
                                       const Credentials& credentials) {
  return attempt(tenant, administrator.name, credentials, Purpose::kProvePresence);
}

Result<SignInResult> Accounts::confirm_password(std::string_view tenant,
                                                const Administrator& administrator,
                                                const std::string& password) {
  return attempt(tenant, administrator.name, {.password = password, .totp = {}},
                 Purpose::kProvePassword);
}

Result<SignedIn> Accounts::set_password(std::string_view tenant, std::string_view administrator_id,
                                        const std::string& password) {
  const std::string hash = hasher_.hash(password);
  std::optional<SignedIn> out;
  const Status done = store_.write([&](store::Transaction& transaction) -> Status {
    store::Rows& rows = transaction.tenant(tenant);
    BARTIZAN_ASSIGN(auto administrator, rows.administrator(administrator_id));
    if (!administrator) return Error{ErrorCode::kNotFound, "the account is gone"};
    administrator->password_hash = hash;
    administrator->must_change_password = false;
    BARTIZAN_TRY(rows.put_administrator(*administrator));
    BARTIZAN_TRY(rows.remove_sessions_of(administrator->id));
    BARTIZAN_ASSIGN(out, begin_session(rows, *administrator));
    return audit(rows, clock_.now(), random_, "admin:" + administrator->name,
                 "administrator.password_changed", administrator->name);
  });
  if (!done.ok()) return done.error();
  return std::move(*out);
}

Result<std::string> Accounts::start_totp(std::string_view tenant,
                                         std::string_view administrator_id) {
  const std::string secret = new_totp_secret(random_);
  const Status done = store_.write([&](store::Transaction& transaction) -> Status {
    return transaction.tenant(tenant).put_setting(pending_totp_key(administrator_id), secret);
  });
  if (!done.ok()) return done.error();
  return secret;
}

Result<Administrator> Accounts::confirm_totp(std::string_view tenant,
                                             std::string_view administrator_id,
                                             std::string_view code) {
  std::optional<Administrator> out;
  const Status done = store_.write([&](store::Transaction& transaction) -> Status {
    store::Rows& rows = transaction.tenant(tenant);
    BARTIZAN_ASSIGN(out, rows.administrator(administrator_id));
    BARTIZAN_ASSIGN(const auto secret, rows.setting(pending_totp_key(administrator_id)));
    if (!out || !secret || secret->empty())
      return Error{ErrorCode::kConflict, "begin setting up the second factor first"};
    const auto step = check_totp(*secret, code, clock_.now(), 0);
    if (!step) return Error{ErrorCode::kInvalid, "the code does not belong to the new secret"};
    out->totp_secret = *secret;
    out->totp_last_step = *step;
    BARTIZAN_TRY(rows.put_administrator(*out));
    BARTIZAN_TRY(rows.put_setting(pending_totp_key(administrator_id), ""));
    return audit(rows, clock_.now(), random_, "admin:" + out->name, "administrator.totp_set",
                 out->name);
  });
  if (!done.ok()) return done.error();
  return std::move(*out);
}

Result<Accounts::Added> Accounts::add(std::string_view tenant, const std::string& name, Role role,
                                      std::string_view actor) {
  if (!is_login_name(name))
    return Error{ErrorCode::kInvalid, "a name has 1 to 64 characters, no space and no colon"};
  const Timestamp now = clock_.now();
  Added out{.administrator = {.id = new_uuid(now, random_),
                              .name = name,
                              .role = role,
                              .must_change_password = true,
                              .created_at = now},
            .password = random_password(random_)};
  out.administrator.password_hash = hasher_.hash(out.password);
  const Status done = store_.write([&](store::Transaction& transaction) -> Status {
    store::Rows& rows = transaction.tenant(tenant);
    BARTIZAN_ASSIGN(const auto all, rows.administrators());
    for (const Administrator& one : all) {
      // Names that differ by case alone are one name to whoever reads them.
      if (net::equal_ignoring_case(one.name, name))
        return Error{ErrorCode::kConflict, "there is an account named " + one.name};
    }
    BARTIZAN_TRY(rows.put_administrator(out.administrator));
    return audit(rows, now, random_, actor, "administrator.added", name,
                 {{"role", to_string(role)}});
  });
  if (!done.ok()) return done.error();
  return out;
}

Result<std::optional<Accounts::Added>> Accounts::add_first(std::string_view tenant) {
  bool empty = false;
  const Status done = store_.read([&](store::Transaction& transaction) -> Status {
    BARTIZAN_ASSIGN(const auto all, transaction.tenant(tenant).administrators());
    empty = all.empty();
    return {};
  });
  if (!done.ok()) return done.error();
  if (!empty) return std::optional<Added>();
  BARTIZAN_ASSIGN(Added added, add(tenant, "admin", Role::kAdmin, "server"));
  return std::optional<Added>(std::move(added));
}

Result<Administrator> Accounts::change_role(std::string_view tenant,
                                            std::string_view administrator_id, Role role,
                                            std::string_view actor) {
  std::optional<Administrator> out;
  const Status done = store_.write([&](store::Transaction& transaction) -> Status {
    store::Rows& rows = transaction.tenant(tenant);
    BARTIZAN_ASSIGN(out, rows.administrator(administrator_id));
    if (!out) return Error{ErrorCode::kNotFound, "there is no such account"};
    const Role before = std::exchange(out->role, role);
    if (before == role) return {};
    int revoked = 0;
    if (before == Role::kAdmin) {
      BARTIZAN_TRY(require_another_admin(rows, out->id));
      BARTIZAN_ASSIGN(revoked, revoke_tokens_of(rows, *out, clock_.now()));
    }
    BARTIZAN_TRY(rows.put_administrator(*out));
    return audit(rows, clock_.now(), random_, actor, "administrator.role_changed", out->name,
                 {{"before", to_string(before)},
                  {"after", to_string(role)},
                  {"api_tokens_revoked", revoked}});
  });
  if (!done.ok()) return done.error();
  return std::move(*out);
}

Status Accounts::remove(std::string_view tenant, std::string_view administrator_id,
                        std::string_view actor) {
  return store_.write([&](store::Transaction& transaction) -> Status {
    store::Rows& rows = transaction.tenant(tenant);
    BARTIZAN_ASSIGN(const auto gone, rows.administrator(administrator_id));
    if (!gone) return Error{ErrorCode::kNotFound, "there is no such account"};
    if (gone->role == Role::kAdmin) BARTIZAN_TRY(require_another_admin(rows, gone->id));
    BARTIZAN_ASSIGN(const int revoked, revoke_tokens_of(rows, *gone, clock_.now()));
    BARTIZAN_TRY(rows.remove_sessions_of(gone->id));
    BARTIZAN_TRY(rows.put_setting(pending_totp_key(gone->id), ""));
    BARTIZAN_TRY(rows.remove_administrator(gone->id));
    return audit(rows, clock_.now(), random_, actor, "administrator.removed", gone->name,
                 {{"role", to_string(gone->role)}, {"api_tokens_revoked", revoked}});
  });
}

Status Accounts::change(std::string_view tenant, const std::string& name, std::string_view action,
                        const std::function<void(Administrator&)>& edit) {
  return store_.write([&](store::Transaction& transaction) -> Status {
    store::Rows& rows = transaction.tenant(tenant);
    BARTIZAN_ASSIGN(auto administrator, rows.administrator_by_name(name));
    if (!administrator) return Error{ErrorCode::kNotFound, "there is no account named " + name};
    edit(*administrator);
    BARTIZAN_TRY(rows.put_administrator(*administrator));
    BARTIZAN_TRY(rows.remove_sessions_of(administrator->id));
    return audit(rows, clock_.now(), random_, "cli", action, name);
  });
}

Result<std::string> Accounts::reset_password(std::string_view tenant, const std::string& name) {
  const std::string password = random_password(random_);
  const std::string hash = hasher_.hash(password);
  const Status done =
      change(tenant, name, "administrator.password_reset", [&](Administrator& changed) {
        changed.password_hash = hash;
        changed.must_change_password = true;
        changed.failed_logins = 0;
        changed.locked_until.reset();
      });
  if (!done.ok()) return done.error();
  return password;
}

Status Accounts::unlock(std::string_view tenant, const std::string& name) {
  return change(tenant, name, "administrator.unlocked", [](Administrator& changed) {
    changed.failed_logins = 0;
    changed.locked_until.reset();
  });
}

Status Accounts::reset_totp(std::string_view tenant, const std::string& name) {
  return change(tenant, name, "administrator.totp_reset", [](Administrator& changed) {
    changed.totp_secret.clear();
    changed.totp_last_step = 0;
  });
}

}  // namespace bartizan::server
