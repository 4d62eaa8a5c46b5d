// The members of each noun in the order of its columns: one list serves reading and writing.
#pragma once

#include <string_view>
#include <tuple>

#include "store/store.h"

namespace bartizan::store::sqlite {

inline constexpr std::string_view kDeviceColumns =
    "id, name, person, policy_group, platform, ownership, tier, state, model, os_version, "
    "patch_level, agent_version, risk, protection, protection_reason, degraded, tampered, "
    "last_sequence, sequence_gaps, enrolled_at, last_seen, state_sequence, health_sequence";
template <typename T>
requires std::same_as<std::remove_const_t<T>, Device>
auto fields(T& device) {
  return std::tie(device.id, device.name, device.person, device.group, device.platform,
                  device.ownership, device.tier, device.state, device.model, device.os_version,
                  device.patch_level, device.agent_version, device.risk, device.protection,
                  device.protection_reason, device.degraded, device.tampered, device.last_sequence,
                  device.sequence_gaps, device.enrolled_at, device.last_seen, device.state_sequence,
                  device.health_sequence);
}

inline constexpr std::string_view kObservationColumns =
    "id, device_id, sequence, kind, schema_major, schema_minor, observed_at, body, received_at, "
    "unknown_fields";
template <typename T>
requires std::same_as<std::remove_const_t<T>, StoredObservation>
auto fields(T& stored) {
  auto& seen = stored.observation;
  return std::tie(seen.id, seen.device_id, seen.sequence, seen.kind, seen.schema_major,
                  seen.schema_minor, seen.observed_at, seen.body, stored.received_at,
                  stored.unknown_fields);
}

inline constexpr std::string_view kProblemColumns =
    "id, device_id, threat, subject_kind, subject_key, subject_label, severity, confidence, state, "
    "opened_at, first_seen, last_seen, count, reopened, last_finding_id, expires_at, resolved_at, "
    "resolved_by, decided_by_sequence";
template <typename T>
requires std::same_as<std::remove_const_t<T>, Problem>
auto fields(T& problem) {
  return std::tie(problem.id, problem.device_id, problem.threat, problem.subject.kind,
                  problem.subject.key, problem.subject.label, problem.severity, problem.confidence,
                  problem.state, problem.opened_at, problem.first_seen, problem.last_seen,
                  problem.count, problem.reopened, problem.last_finding_id, problem.expires_at,
                  problem.resolved_at, problem.resolved_by, problem.decided_by_sequence);
}

inline constexpr std::string_view kClearedColumns = "threat, subject_kind, subject_key, sequence";
template <typename T>
requires std::same_as<std::remove_const_t<T>, Cleared>
auto fields(T& cleared) {
  return std::tie(cleared.threat, cleared.subject.kind, cleared.subject.key, cleared.sequence);
}

inline constexpr std::string_view kActionColumns =
    "id, device_id, decision_id, problem_id, kind, subject_kind, subject_key, subject_label, "
    "carrier, state, title, message, detail, created_at, updated_at";
template <typename T>
requires std::same_as<std::remove_const_t<T>, Action>
auto fields(T& action) {
  return std::tie(action.id, action.device_id, action.decision_id, action.problem_id, action.kind,
                  action.subject.kind, action.subject.key, action.subject.label, action.carrier,
                  action.state, action.title, action.message, action.detail, action.created_at,
                  action.updated_at);
}

inline constexpr std::string_view kAlertColumns =
    "id, problem_id, device_id, threat, subject_kind, subject_key, subject_label, severity, "
    "confidence, state, assignee, note, count, first_seen, last_seen, closed_at, last_finding_id";
template <typename T>
requires std::same_as<std::remove_const_t<T>, Alert>
auto fields(T& alert) {
  return std::tie(alert.id, alert.problem_id, alert.device_id, alert.threat, alert.subject.kind,
                  alert.subject.key, alert.subject.label, alert.severity, alert.confidence,
                  alert.state, alert.assignee, alert.note, alert.count, alert.first_seen,
                  alert.last_seen, alert.closed_at, alert.last_finding_id);
}

inline constexpr std::string_view kPolicyColumns = "id, version, source, author, created_at";
template <typename T>
requires std::same_as<std::remove_const_t<T>, PolicyDocument>
auto fields(T& policy) {
  return std::tie(policy.id, policy.version, policy.source, policy.author, policy.created_at);
}

inline constexpr std::string_view kAdministratorColumns =
    "id, name, role, password_hash, totp_secret, totp_last_step, must_change_password, "
    "failed_logins, locked_until, created_at";
template <typename T>
requires std::same_as<std::remove_const_t<T>, Administrator>
auto fields(T& person) {
  return std::tie(person.id, person.name, person.role, person.password_hash, person.totp_secret,
                  person.totp_last_step, person.must_change_password, person.failed_logins,
                  person.locked_until, person.created_at);
}

inline constexpr std::string_view kSessionColumns =
    "token_digest, administrator_id, csrf_token, created_at, expires_at, last_used";
template <typename T>
requires std::same_as<std::remove_const_t<T>, Session>
auto fields(T& session) {
  return std::tie(session.token_digest, session.administrator_id, session.csrf_token,
                  session.created_at, session.expires_at, session.last_used);
}

inline constexpr std::string_view kApiTokenColumns =
    "id, name, token_digest, scopes, created_by, created_at, expires_at, revoked_at";
template <typename T>
requires std::same_as<std::remove_const_t<T>, ApiToken>
auto fields(T& token) {
  return std::tie(token.id, token.name, token.token_digest, token.scopes, token.created_by,
                  token.created_at, token.expires_at, token.revoked_at);
}

inline constexpr std::string_view kEnrolmentTokenColumns =
    "id, token_digest, device_name, person, policy_group, ownership, tier, created_at, expires_at, "
    "used_at, device_id";
template <typename T>
requires std::same_as<std::remove_const_t<T>, EnrolmentToken>
auto fields(T& token) {
  return std::tie(token.id, token.token_digest, token.device_name, token.person, token.group,
                  token.ownership, token.tier, token.created_at, token.expires_at, token.used_at,
                  token.device_id);
}

inline constexpr std::string_view kCertificateColumns =
    "serial, device_id, not_after, revoked_at, issued_at, first_used_at";
template <typename T>
requires std::same_as<std::remove_const_t<T>, DeviceCertificate>
auto fields(T& certificate) {
  return std::tie(certificate.serial, certificate.device_id, certificate.not_after,
                  certificate.revoked_at, certificate.issued_at, certificate.first_used_at);
}

inline constexpr std::string_view kScannedAppColumns =
    "sha256, package, label, version_name, verdict, size, scanned_at, scanned_by, report, tlsh, "
    "signer, signers_past, icon_hash";
template <typename T>
requires std::same_as<std::remove_const_t<T>, ScannedApp>
auto fields(T& app) {
  return std::tie(app.sha256, app.package, app.label, app.version_name, app.verdict, app.size,
                  app.scanned_at, app.scanned_by, app.report, app.tlsh, app.signer.signer,
                  app.signer.past, app.icon_hash);
}

inline constexpr std::string_view kAuditColumns = "id, at, actor, action, object, detail";
template <typename T>
requires std::same_as<std::remove_const_t<T>, AuditEntry>
auto fields(T& entry) {
  return std::tie(entry.id, entry.at, entry.actor, entry.action, entry.object, entry.detail);
}

}  // namespace bartizan::store::sqlite
