#include "store/sqlite/sqlite_rows.h"

namespace bartizan::store::sqlite {
namespace {

constexpr Listing kAudit{.name = "audit", .columns = "at, id"};
constexpr Listing kEnrolmentTokens{.name = "enrolment_tokens", .columns = "created_at, id"};

}  // namespace

Status SqliteRows::put_administrator(const Administrator& administrator) {
  static const std::string kPut = insert_or_replace("administrators", "id", kAdministratorColumns);
  return database_.run(kPut, tenant_, fields(administrator));
}

Result<std::optional<Administrator>> SqliteRows::administrator(std::string_view id) {
  static const std::string kGet = select(kAdministratorColumns, "administrators", " AND id = ?");
  return first<Administrator>(database_.query(kGet, tenant_, id));
}

Result<std::optional<Administrator>> SqliteRows::administrator_by_name(std::string_view name) {
  static const std::string kGet = select(kAdministratorColumns, "administrators", " AND name = ?");
  return first<Administrator>(database_.query(kGet, tenant_, name));
}

Result<std::vector<Administrator>> SqliteRows::administrators() {
  static const std::string kList =
      select(kAdministratorColumns, "administrators", " ORDER BY name");
  return all<Administrator>(database_.query(kList, tenant_));
}

Status SqliteRows::remove_administrator(std::string_view id) {
  return database_.run("DELETE FROM administrators WHERE tenant = ? AND id = ?", tenant_, id);
}

Status SqliteRows::put_session(const Session& session) {
  static const std::string kPut = insert_or_replace("sessions", "token_digest", kSessionColumns);
  return database_.run(kPut, tenant_, fields(session));
}

Result<std::optional<Session>> SqliteRows::session(std::string_view token_digest) {
  static const std::string kGet = select(kSessionColumns, "sessions", " AND token_digest = ?");
  return first<Session>(database_.query(kGet, tenant_, token_digest));
}

Status SqliteRows::remove_session(std::string_view token_digest) {
  return database_.run("DELETE FROM sessions WHERE tenant = ? AND token_digest = ?", tenant_,
                       token_digest);
}

Status SqliteRows::remove_sessions_of(std::string_view administrator_id) {
  return database_.run("DELETE FROM sessions WHERE tenant = ? AND administrator_id = ?", tenant_,
                       administrator_id);
}

Status SqliteRows::remove_sessions_ended(Timestamp now, Timestamp idle_since) {
  return database_.run(
      "DELETE FROM sessions WHERE tenant = ? AND (expires_at <= ? OR last_used < ?)", tenant_, now,
      idle_since);
}

Status SqliteRows::put_api_token(const ApiToken& token) {
  static const std::string kPut = insert_or_replace("api_tokens", "id", kApiTokenColumns);
  return database_.run(kPut, tenant_, fields(token));
}

Result<std::optional<ApiToken>> SqliteRows::api_token_by_digest(std::string_view token_digest) {
  static const std::string kGet = select(kApiTokenColumns, "api_tokens", " AND token_digest = ?");
  return first<ApiToken>(database_.query(kGet, tenant_, token_digest));
}

Result<std::vector<ApiToken>> SqliteRows::api_tokens() {
  static const std::string kList =
      select(kApiTokenColumns, "api_tokens", " ORDER BY created_at DESC, id DESC");
  return all<ApiToken>(database_.query(kList, tenant_));
}

Status SqliteRows::put_enrolment_token(const EnrolmentToken& token) {
  static const std::string kPut =
      insert_or_replace("enrolment_tokens", "id", kEnrolmentTokenColumns);
  return database_.run(kPut, tenant_, fields(token));
}

Result<std::optional<EnrolmentToken>> SqliteRows::enrolment_token(std::string_view id) {
  static const std::string kGet = select(kEnrolmentTokenColumns, "enrolment_tokens", " AND id = ?");
  return first<EnrolmentToken>(database_.query(kGet, tenant_, id));
}

Result<Page<EnrolmentToken>> SqliteRows::enrolment_tokens(const PageRequest& page) {
  Query query{.text = select(kEnrolmentTokenColumns, "enrolment_tokens", ""), .values = {tenant_}};
  return page_of<EnrolmentToken>(kEnrolmentTokens, std::move(query), page, ReadFields(),
                                 [](const EnrolmentToken& token) {
                                   return std::vector<Value>{to_millis(token.created_at), token.id};
                                 });
}

Result<std::optional<EnrolmentToken>> SqliteRows::enrolment_token_by_digest(
    std::string_view token_digest) {
  static const std::string kGet =
      select(kEnrolmentTokenColumns, "enrolment_tokens", " AND token_digest = ?");
  return first<EnrolmentToken>(database_.query(kGet, tenant_, token_digest));
}

Status SqliteRows::put_certificate(const DeviceCertificate& certificate) {
  static const std::string kPut = insert_or_replace("certificates", "serial", kCertificateColumns);
  return database_.run(kPut, tenant_, fields(certificate));
}

Result<std::optional<DeviceCertificate>> SqliteRows::certificate(std::string_view serial) {
  static const std::string kGet = select(kCertificateColumns, "certificates", " AND serial = ?");
  return first<DeviceCertificate>(database_.query(kGet, tenant_, serial));
}

Result<std::vector<DeviceCertificate>> SqliteRows::certificates(std::string_view device_id) {
  static const std::string kList = select(kCertificateColumns, "certificates",
                                          " AND device_id = ? ORDER BY not_after DESC, serial");
  return all<DeviceCertificate>(database_.query(kList, tenant_, device_id));
}

Status SqliteRows::add_audit(const AuditEntry& entry) {
  static const std::string kAdd = insert_or_keep("audit", "id", kAuditColumns);
  return database_.run(kAdd, tenant_, fields(entry));
}

Result<Page<AuditEntry>> SqliteRows::audit(const PageRequest& page) {
  Query query{.text = select(kAuditColumns, "audit", ""), .values = {tenant_}};
  return page_of<AuditEntry>(kAudit, std::move(query), page, ReadFields(),
                             [](const AuditEntry& entry) {
                               return std::vector<Value>{to_millis(entry.at), entry.id};
                             });
}

Status SqliteRows::put_setting(std::string_view key, std::string_view value) {
  static const std::string kPut = insert_or_replace("settings", "key", "key, value");
  return database_.run(kPut, tenant_, key, value);
}

Result<std::optional<std::string>> SqliteRows::setting(std::string_view key) {
  return first<std::string>(
      database_.query("SELECT value FROM settings WHERE tenant = ? AND key = ?", tenant_, key),
      [](Statement& statement, std::string& value) {
        statement.read(value);
        return statement.readable();
      });
}

}  // namespace bartizan::store::sqlite
