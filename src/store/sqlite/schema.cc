#include "store/sqlite/schema.h"

#include <array>
#include <string>

namespace bartizan::store::sqlite {
namespace {

// Times are milliseconds since 1970 UTC, enums their spelling in model/enums.cc, lists and objects
// JSON. `tenant` leads every key and index; ids are only unique within it, and those that come from
// phones (of observations and findings) within a phone. Rows small enough to lie in the key's own
// tree do (WITHOUT ROWID), which spares a second tree per table.
constexpr const char* kFirstSchema = R"sql(
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES ('cursor_key', hex(randomblob(32)));
CREATE TABLE tenants (tenant TEXT PRIMARY KEY) WITHOUT ROWID;

CREATE TABLE devices (
  tenant TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, person TEXT NOT NULL,
  policy_group TEXT NOT NULL, platform TEXT NOT NULL, ownership TEXT NOT NULL, tier TEXT NOT NULL,
  state TEXT NOT NULL, model TEXT NOT NULL, os_version TEXT NOT NULL, patch_level TEXT NOT NULL,
  agent_version TEXT NOT NULL, risk TEXT NOT NULL, protection TEXT NOT NULL,
  protection_reason TEXT NOT NULL, degraded TEXT NOT NULL, tampered INTEGER NOT NULL,
  last_sequence INTEGER NOT NULL, sequence_gaps INTEGER NOT NULL, enrolled_at INTEGER NOT NULL,
  last_seen INTEGER,
  risk_order INTEGER GENERATED ALWAYS AS (CASE risk WHEN 'high' THEN 0 WHEN 'medium' THEN 1
    WHEN 'low' THEN 2 ELSE 3 END) VIRTUAL,
  PRIMARY KEY (tenant, id)) WITHOUT ROWID;
CREATE INDEX devices_by_risk ON devices (tenant, risk_order, name, id);

CREATE TABLE observations (
  tenant TEXT NOT NULL, id TEXT NOT NULL, device_id TEXT NOT NULL, sequence INTEGER NOT NULL,
  kind TEXT NOT NULL, schema_major INTEGER NOT NULL, schema_minor INTEGER NOT NULL,
  observed_at INTEGER NOT NULL, body TEXT NOT NULL, received_at INTEGER NOT NULL,
  unknown_fields TEXT NOT NULL,
  PRIMARY KEY (tenant, device_id, id)) WITHOUT ROWID;
CREATE INDEX observations_by_device ON observations (tenant, device_id, received_at, sequence, id);

CREATE TABLE findings (
  tenant TEXT NOT NULL, id TEXT NOT NULL, device_id TEXT NOT NULL, evaluated_at INTEGER NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY (tenant, device_id, id));
CREATE INDEX findings_by_device ON findings (tenant, device_id, evaluated_at, id);

CREATE TABLE problems (
  tenant TEXT NOT NULL, id TEXT NOT NULL, device_id TEXT NOT NULL, threat TEXT NOT NULL,
  subject_kind TEXT NOT NULL, subject_key TEXT NOT NULL, subject_label TEXT NOT NULL,
  severity TEXT NOT NULL, confidence INTEGER NOT NULL, state TEXT NOT NULL,
  opened_at INTEGER NOT NULL, first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL,
  count INTEGER NOT NULL, reopened INTEGER NOT NULL, last_finding_id TEXT NOT NULL,
  expires_at INTEGER, resolved_at INTEGER, resolved_by TEXT NOT NULL,
  PRIMARY KEY (tenant, id)) WITHOUT ROWID;
CREATE INDEX problems_by_device ON problems (tenant, device_id, opened_at);
CREATE INDEX problems_open ON problems (tenant, threat, device_id) WHERE state = 'open';
CREATE INDEX problems_expiring ON problems (tenant, expires_at)
  WHERE state = 'open' AND expires_at IS NOT NULL;

CREATE TABLE decisions (
  tenant TEXT NOT NULL, id TEXT NOT NULL, device_id TEXT NOT NULL, decided_at INTEGER NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY (tenant, id));
CREATE INDEX decisions_by_device ON decisions (tenant, device_id, decided_at, id);

CREATE TABLE actions (
  tenant TEXT NOT NULL, id TEXT NOT NULL, device_id TEXT NOT NULL, decision_id TEXT NOT NULL,
  problem_id TEXT NOT NULL, kind TEXT NOT NULL, subject_kind TEXT NOT NULL,
  subject_key TEXT NOT NULL, subject_label TEXT NOT NULL, carrier TEXT NOT NULL,
  state TEXT NOT NULL, title TEXT NOT NULL, message TEXT NOT NULL, detail TEXT NOT NULL,
  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  PRIMARY KEY (tenant, id));
CREATE INDEX actions_by_time ON actions (tenant, created_at, id);
CREATE INDEX actions_by_device ON actions (tenant, device_id, created_at, id);

CREATE TABLE alerts (
  tenant TEXT NOT NULL, id TEXT NOT NULL, problem_id TEXT NOT NULL, device_id TEXT NOT NULL,
  threat TEXT NOT NULL, subject_kind TEXT NOT NULL, subject_key TEXT NOT NULL,
  subject_label TEXT NOT NULL, severity TEXT NOT NULL, confidence INTEGER NOT NULL,
  state TEXT NOT NULL, assignee TEXT NOT NULL, note TEXT NOT NULL, count INTEGER NOT NULL,
  first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL, closed_at INTEGER,
  last_finding_id TEXT NOT NULL,
  severity_rank INTEGER GENERATED ALWAYS AS (CASE severity WHEN 'critical' THEN 4
    WHEN 'high' THEN 3 WHEN 'medium' THEN 2 WHEN 'low' THEN 1 ELSE 0 END) VIRTUAL,
  PRIMARY KEY (tenant, id)) WITHOUT ROWID;
CREATE UNIQUE INDEX alerts_by_problem ON alerts (tenant, problem_id);
CREATE INDEX alerts_by_severity ON alerts (tenant, severity_rank, last_seen, id);
CREATE INDEX alerts_by_state ON alerts (tenant, state);
CREATE INDEX alerts_by_first_seen ON alerts (tenant, first_seen);

CREATE TABLE policies (
  tenant TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, source TEXT NOT NULL,
  author TEXT NOT NULL, created_at INTEGER NOT NULL,
  PRIMARY KEY (tenant, id, version));

CREATE TABLE administrators (
  tenant TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, role TEXT NOT NULL,
  password_hash TEXT NOT NULL, totp_secret TEXT NOT NULL, totp_last_step INTEGER NOT NULL,
  must_change_password INTEGER NOT NULL, failed_logins INTEGER NOT NULL, locked_until INTEGER,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (tenant, id)) WITHOUT ROWID;
CREATE UNIQUE INDEX administrators_by_name ON administrators (tenant, name);

CREATE TABLE sessions (
  tenant TEXT NOT NULL, token_digest TEXT NOT NULL, administrator_id TEXT NOT NULL,
  csrf_token TEXT NOT NULL, created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
  last_used INTEGER NOT NULL,
  PRIMARY KEY (tenant, token_digest)) WITHOUT ROWID;
CREATE INDEX sessions_by_administrator ON sessions (tenant, administrator_id);

CREATE TABLE api_tokens (
  tenant TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, token_digest TEXT NOT NULL,
  scopes TEXT NOT NULL, created_by TEXT NOT NULL, created_at INTEGER NOT NULL, expires_at INTEGER,
  revoked_at INTEGER,
  PRIMARY KEY (tenant, id)) WITHOUT ROWID;
CREATE UNIQUE INDEX api_tokens_by_digest ON api_tokens (tenant, token_digest);

CREATE TABLE enrolment_tokens (
  tenant TEXT NOT NULL, id TEXT NOT NULL, token_digest TEXT NOT NULL, device_name TEXT NOT NULL,
  person TEXT NOT NULL, policy_group TEXT NOT NULL, ownership TEXT NOT NULL, tier TEXT NOT NULL,
  created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, used_at INTEGER,
  device_id TEXT NOT NULL,
  PRIMARY KEY (tenant, id)) WITHOUT ROWID;
CREATE UNIQUE INDEX enrolment_tokens_by_digest ON enrolment_tokens (tenant, token_digest);

CREATE TABLE certificates (
  tenant TEXT NOT NULL, serial TEXT NOT NULL, device_id TEXT NOT NULL, not_after INTEGER NOT NULL,
  revoked_at INTEGER,
  PRIMARY KEY (tenant, serial)) WITHOUT ROWID;
CREATE INDEX certificates_by_device ON certificates (tenant, device_id, not_after);

CREATE TABLE audit (
  tenant TEXT NOT NULL, id TEXT NOT NULL, at INTEGER NOT NULL, actor TEXT NOT NULL,
  action TEXT NOT NULL, object TEXT NOT NULL, detail TEXT NOT NULL,
  PRIMARY KEY (tenant, id));
CREATE INDEX audit_by_time ON audit (tenant, at, id);

-- position is the order of writing within a tenant: times and UUIDs tie within a millisecond.
CREATE TABLE outbox (
  tenant TEXT NOT NULL, position INTEGER NOT NULL, id TEXT NOT NULL, device_id TEXT NOT NULL,
  kind TEXT NOT NULL, event TEXT NOT NULL, created_at INTEGER NOT NULL,
  PRIMARY KEY (tenant, position));
CREATE UNIQUE INDEX outbox_by_id ON outbox (tenant, id);
-- What is still to be delivered; a row goes when its delivery is made.
CREATE TABLE deliveries (
  tenant TEXT NOT NULL, connector TEXT NOT NULL, position INTEGER NOT NULL,
  device_id TEXT NOT NULL, attempts INTEGER NOT NULL, next_attempt INTEGER NOT NULL,
  PRIMARY KEY (tenant, connector, position),
  FOREIGN KEY (tenant, position) REFERENCES outbox (tenant, position)) WITHOUT ROWID;
CREATE INDEX deliveries_by_device ON deliveries (tenant, connector, device_id, next_attempt);
CREATE INDEX deliveries_by_position ON deliveries (tenant, position);
CREATE TABLE connectors (
  tenant TEXT NOT NULL, connector TEXT NOT NULL, delivered INTEGER NOT NULL,
  last_error TEXT NOT NULL, last_delivered_at INTEGER,
  PRIMARY KEY (tenant, connector)) WITHOUT ROWID;

CREATE TABLE settings (
  tenant TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY (tenant, key)) WITHOUT ROWID;
)sql";

// By which observation, in the phone's own order, a state was decided.
constexpr const char* kDecidedBySequence = R"sql(
ALTER TABLE devices ADD COLUMN state_sequence INTEGER NOT NULL DEFAULT 0;
ALTER TABLE devices ADD COLUMN health_sequence INTEGER NOT NULL DEFAULT 0;
ALTER TABLE problems ADD COLUMN decided_by_sequence INTEGER NOT NULL DEFAULT 0;
)sql";

constexpr const char* kScannedApps = R"sql(
CREATE TABLE scanned_apps (
  tenant TEXT NOT NULL, sha256 TEXT NOT NULL, package TEXT NOT NULL, label TEXT NOT NULL,
  version_name TEXT NOT NULL, verdict TEXT NOT NULL, size INTEGER NOT NULL,
  scanned_at INTEGER NOT NULL, scanned_by TEXT NOT NULL, report TEXT NOT NULL,
  PRIMARY KEY (tenant, sha256));
CREATE INDEX scanned_apps_by_time ON scanned_apps (tenant, scanned_at, sha256);
)sql";

// When a certificate was issued and first used: a renewed one that was used ends the older. Until
// then all lived 90 days, so that their end says when they began.
constexpr const char* kCertificateUse = R"sql(
ALTER TABLE certificates ADD COLUMN issued_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE certificates ADD COLUMN first_used_at INTEGER;
UPDATE certificates SET issued_at = not_after - 90 * 86400000;
)sql";

// What a phone said was over before the older finding of it came.
constexpr const char* kCleared = R"sql(
CREATE TABLE cleared (
  tenant TEXT NOT NULL, device_id TEXT NOT NULL, threat TEXT NOT NULL, subject_kind TEXT NOT NULL,
  subject_key TEXT NOT NULL, sequence INTEGER NOT NULL,
  PRIMARY KEY (tenant, device_id, threat, subject_kind, subject_key)) WITHOUT ROWID;
)sql";

// The phones that have a package, by who signed it: a look at the neighbours of a key tells whether
// there is another signer.
constexpr const char* kAppSigners = R"sql(
CREATE TABLE app_signers (
  tenant TEXT NOT NULL, package TEXT NOT NULL, signer TEXT NOT NULL, device_id TEXT NOT NULL,
  past TEXT NOT NULL, first_seen INTEGER NOT NULL,
  PRIMARY KEY (tenant, package, signer, device_id)) WITHOUT ROWID;
)sql";

// To compare the code of all uploaded apps without reading their reports.
constexpr const char* kScannedCode = R"sql(
ALTER TABLE scanned_apps ADD COLUMN tlsh TEXT NOT NULL DEFAULT '';
CREATE INDEX scanned_apps_by_code ON scanned_apps (tenant, tlsh, sha256, package, label, verdict)
  WHERE tlsh <> '';
)sql";

// And their icons, and who signed them.
constexpr const char* kComparedApps = R"sql(
ALTER TABLE scanned_apps ADD COLUMN signer TEXT NOT NULL DEFAULT '';
ALTER TABLE scanned_apps ADD COLUMN signers_past TEXT NOT NULL DEFAULT '';
ALTER TABLE scanned_apps ADD COLUMN icon_hash TEXT NOT NULL DEFAULT '';
DROP INDEX scanned_apps_by_code;
CREATE INDEX scanned_apps_compared ON scanned_apps
  (tenant, sha256, package, label, verdict, signer, signers_past, tlsh, icon_hash)
  WHERE tlsh <> '' OR icon_hash <> '';
)sql";

// In order; the file's user_version counts those applied. A released entry never changes.
constexpr std::array kMigrations = {kFirstSchema, kDecidedBySequence, kScannedApps, kCertificateUse,
                                    kCleared,     kAppSigners,        kScannedCode, kComparedApps};

Result<std::int64_t> version_of(Database& database) {
  Statement statement = database.query("PRAGMA user_version");
  BARTIZAN_TRY(statement.step());
  std::int64_t version = 0;
  statement.read(version);
  return version;
}

}  // namespace

Status migrate(Database& database) {
  while (true) {
    // Read inside the transaction: another process may be migrating the same file.
    BARTIZAN_TRY(database.begin());
    const Result<std::int64_t> version = version_of(database);
    Status status;
    const auto newest = static_cast<std::int64_t>(kMigrations.size());
    if (!version) {
      status = version.error();
    } else if (*version > newest) {
      status = Error{ErrorCode::kUnsupported,
                     "the database has schema " + std::to_string(*version) +
                         ", written by a newer program; this one knows " + std::to_string(newest)};
    } else if (*version < newest) {
      status = database.script(kMigrations[static_cast<std::size_t>(*version)]);
      if (status.ok())
        status = database.script("PRAGMA user_version = " + std::to_string(*version + 1));
    }
    if (status.ok()) status = database.commit();
    if (!status.ok()) {
      database.rollback();
      return status;
    }
    if (*version == newest) return {};
  }
}

}  // namespace bartizan::store::sqlite
