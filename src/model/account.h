// People who administer, and the credentials the server issues. Secrets appear here only as digests
// or hashes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "model/enums.h"

namespace bartizan {

struct Administrator {
  std::string id;
  std::string name;  // login
  Role role = Role::kViewer;
  std::string password_hash;        // Argon2id, libsodium's string form
  std::string totp_secret;          // base32 (RFC 6238); empty: not set up yet
  std::int64_t totp_last_step = 0;  // a code is good once
  bool must_change_password = false;
  int failed_logins = 0;
  std::optional<Timestamp> locked_until;
  Timestamp created_at;
};

struct Session {
  std::string token_digest;  // SHA-256 hex of the cookie's value
  std::string administrator_id;
  std::string csrf_token;
  Timestamp created_at;
  Timestamp expires_at;
  Timestamp last_used;
};

struct ApiToken {
  std::string id;
  std::string name;
  std::string token_digest;
  std::vector<std::string> scopes;  // "devices:read", "alerts:write", ...
  std::string created_by;
  Timestamp created_at;
  std::optional<Timestamp> expires_at;
  std::optional<Timestamp> revoked_at;
};

struct EnrolmentToken {
  std::string id;
  std::string token_digest;
  std::string device_name;
  std::string person;
  std::string group;
  Ownership ownership = Ownership::kCorporate;
  PrivacyTier tier = PrivacyTier::kCorporate;
  Timestamp created_at;
  Timestamp expires_at;
  std::optional<Timestamp> used_at;
  std::string device_id;  // set when used
};

struct DeviceCertificate {
  std::string serial;  // hex
  std::string device_id;
  Timestamp not_after;
  std::optional<Timestamp> revoked_at;
  Timestamp issued_at;
  std::optional<Timestamp> first_used_at;  // from then on the phone's older ones are revoked
};

struct AuditEntry {
  std::string id;
  Timestamp at;
  std::string actor;   // "admin:NAME", "token:NAME", "device:ID", "cli"
  std::string action;  // "policy.mode_changed"
  std::string object;  // what it was done to
  std::string detail;  // JSON: before and after, no secrets
};

}  // namespace bartizan
