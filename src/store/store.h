// The store, in model terms. Every row belongs to a tenant, so rows are reached through one.
//
//   store.write([&](Transaction& transaction) -> Status {
//     Rows& rows = transaction.tenant("default");
//     BARTIZAN_ASSIGN(const auto device, rows.device(id));
//     ...
//     return rows.put_device(device);
//   });
//
// write() has returned ok only when everything in it is on disk (synchronous=FULL); an error from
// the function or the disk leaves nothing of it. read() sees one consistent snapshot and never
// waits for a writer. Neither is called inside the other's function. sqlite/ and later postgres/
// implement this; store_conformance.h is the suite both must pass.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/account.h"
#include "model/app_signer.h"
#include "model/cleared.h"
#include "model/device.h"
#include "model/finding.h"
#include "model/observation.h"
#include "model/outbox.h"
#include "model/policy.h"
#include "model/problem.h"
#include "model/response.h"
#include "model/scanned_app.h"

namespace bartizan::store {

// A page of a listing. `next` is an opaque cursor, empty at the end; it stays valid while rows come
// and go.
template <typename T>
struct Page {
  std::vector<T> items;
  std::string next;
};
struct PageRequest {
  int limit = 50;  // 1 to 200; kInvalid otherwise
  std::string cursor;
};

struct StoredObservation {
  Observation observation;
  Timestamp received_at;
  std::vector<std::string> unknown_fields;
};

struct DeviceFilter {
  std::optional<Risk> risk;  // secured: only phones that are watched (active, degraded)
  std::optional<ProtectionState> protection;
  std::optional<Platform> platform;
  std::string group;
  std::string text;              // part of name, person or model
  bool include_retired = false;  // replaced and left ones
};
struct AlertFilter {
  std::vector<AlertState> states;  // empty: all
  std::optional<Severity> min_severity;
  std::string threat;
  std::string device_id;
  std::string text;  // part of threat, subject or device name
};
struct ScannedAppFilter {
  std::vector<AppVerdict> verdicts;  // empty: all
  std::string text;                  // part of label or package, or the beginning of the digest
};
struct ActionFilter {
  std::string device_id;
  std::vector<ActionState> states;  // empty: all
};

struct DayCount {
  std::string day;  // YYYY-MM-DD, UTC
  Severity severity;
  int count = 0;
};
struct ThreatCount {
  std::string threat;
  int open_problems = 0;
  int devices = 0;
};

// Rows of one tenant, inside a transaction and not beyond it. Listings are newest first unless said
// otherwise; counts have an entry for every member of their enum. Writers fail with kDenied in a
// read transaction. A cursor that another tenant or listing gave, or nobody did, is kInvalid.
class Rows {
 public:
  virtual ~Rows() = default;

  // --- devices
  virtual Status put_device(const Device& device) = 0;  // insert or replace, by id
  virtual Result<std::optional<Device>> device(std::string_view id) = 0;
  virtual Result<Page<Device>> devices(const DeviceFilter& filter,
                                       const PageRequest& page) = 0;  // worst risk first, then name
  virtual Result<std::map<Risk, int>>
  count_devices_by_risk() = 0;  // enrolled; secured ones only while watched
  virtual Result<std::map<ProtectionState, int>> count_devices_by_protection() = 0;  // enrolled

  // --- observations and findings
  // Their ids come from phones: unique within a phone, so that none hides what another sends.
  // False when the phone's observation of this id is stored already (nothing is changed then).
  virtual Result<bool> add_observation(const StoredObservation& stored) = 0;
  virtual Result<Page<StoredObservation>> observations(std::string_view device_id,
                                                       const PageRequest& page) = 0;
  virtual Result<std::optional<StoredObservation>> observation(std::string_view device_id,
                                                               std::string_view id) = 0;
  virtual Status add_finding(const Finding& finding) = 0;  // the same id again: no change
  virtual Result<std::optional<Finding>> finding(std::string_view device_id,
                                                 std::string_view id) = 0;
  virtual Result<Page<Finding>> findings(std::string_view device_id, const PageRequest& page) = 0;

  // --- problems
  virtual Status put_problem(const Problem& problem) = 0;
  virtual Result<std::optional<Problem>> problem(std::string_view id) = 0;
  virtual Result<std::vector<Problem>> problems(std::string_view device_id) = 0;  // all states
  virtual Result<std::vector<std::string>> devices_with_problems_expired(Timestamp now,
                                                                         int limit) = 0;
  virtual Result<std::vector<ThreatCount>> top_threats(int limit) = 0;  // by open problems

  // --- what was cleared, by phone, threat and subject; the last put stays
  virtual Status put_cleared(std::string_view device_id, const Cleared& cleared) = 0;
  virtual Result<std::vector<Cleared>> cleared(std::string_view device_id) = 0;  // newest first
  // Those of a lower number.
  virtual Status remove_cleared(std::string_view device_id, std::int64_t before) = 0;

  // --- decisions, actions, alerts
  virtual Status add_decision(const Decision& decision) = 0;  // the same id again: no change
  virtual Result<std::optional<Decision>> decision(std::string_view id) = 0;
  virtual Result<Page<Decision>> decisions(std::string_view device_id, const PageRequest& page) = 0;
  virtual Status put_action(const Action& action) = 0;
  virtual Result<std::optional<Action>> action(std::string_view id) = 0;
  virtual Result<Page<Action>> actions(const ActionFilter& filter, const PageRequest& page) = 0;
  virtual Status put_alert(const Alert& alert) = 0;
  virtual Result<std::optional<Alert>> alert(std::string_view id) = 0;
  virtual Result<std::optional<Alert>> alert_of_problem(std::string_view problem_id) = 0;
  virtual Result<Page<Alert>> alerts(const AlertFilter& filter,
                                     const PageRequest& page) = 0;  // worst first, then last seen
  virtual Result<std::map<AlertState, int>> count_alerts() = 0;
  virtual Result<std::vector<DayCount>> alerts_per_day(Timestamp since) = 0;  // by first_seen

  // --- policies
  virtual Status add_policy_version(
      const PolicyDocument& document) = 0;  // kConflict unless version is the newest plus one
  virtual Result<std::vector<PolicyDocument>>
  policies_in_force() = 0;  // newest version of each, by id
  virtual Result<std::vector<PolicyDocument>> policy_history(std::string_view id) = 0;

  // --- people
  virtual Status put_administrator(const Administrator& administrator) = 0;
  virtual Result<std::optional<Administrator>> administrator(std::string_view id) = 0;
  virtual Result<std::optional<Administrator>> administrator_by_name(std::string_view name) = 0;
  virtual Result<std::vector<Administrator>> administrators() = 0;
  virtual Status remove_administrator(std::string_view id) = 0;  // not there: no change
  virtual Status put_session(const Session& session) = 0;
  virtual Result<std::optional<Session>> session(std::string_view token_digest) = 0;
  virtual Status remove_session(std::string_view token_digest) = 0;
  virtual Status remove_sessions_of(std::string_view administrator_id) = 0;
  // Those past their end, or last used before `idle_since`.
  virtual Status remove_sessions_ended(Timestamp now, Timestamp idle_since) = 0;
  virtual Status put_api_token(const ApiToken& token) = 0;
  virtual Result<std::optional<ApiToken>> api_token_by_digest(std::string_view token_digest) = 0;
  virtual Result<std::vector<ApiToken>> api_tokens() = 0;

  // --- enrolment and certificates
  virtual Status put_enrolment_token(const EnrolmentToken& token) = 0;
  virtual Result<std::optional<EnrolmentToken>> enrolment_token(std::string_view id) = 0;
  virtual Result<Page<EnrolmentToken>> enrolment_tokens(const PageRequest& page) = 0;
  virtual Result<std::optional<EnrolmentToken>> enrolment_token_by_digest(
      std::string_view token_digest) = 0;
  virtual Status put_certificate(const DeviceCertificate& certificate) = 0;
  virtual Result<std::optional<DeviceCertificate>> certificate(std::string_view serial) = 0;
  virtual Result<std::vector<DeviceCertificate>> certificates(std::string_view device_id) = 0;

  // --- apps
  virtual Status put_scanned_app(const ScannedApp& app) = 0;  // insert or replace, by digest
  virtual Result<std::optional<ScannedApp>> scanned_app(std::string_view sha256) = 0;
  virtual Result<bool> has_scanned_app(std::string_view sha256) = 0;
  virtual Result<Page<ScannedApp>> scanned_apps(const ScannedAppFilter& filter,
                                                const PageRequest& page) = 0;  // without reports
  // Of the apps that have something to compare, a TLSH or a digest of the icon, by their digest.
  virtual Result<std::vector<ComparedApp>> compared_apps(int limit) = 0;

  // --- who signed the apps on the phones, one signer a phone and package
  // In the place of the signer the phone had the package from. True: some phone of the tenant has
  // it, or had it, from another signer.
  virtual Result<bool> put_app_signer(std::string_view device_id, std::string_view package,
                                      const AppSigner& signer, Timestamp now) = 0;
  virtual Status remove_app_signer(std::string_view device_id, std::string_view package) = 0;
  // Of enrolled phones; the one seen first is first.
  virtual Result<std::vector<FleetSigner>> app_signers(std::string_view package) = 0;

  // --- audit
  virtual Status add_audit(const AuditEntry& entry) = 0;
  virtual Result<Page<AuditEntry>> audit(const PageRequest& page) = 0;

  // --- outbox: an item is queued once for every connector configured when it is written
  virtual Status add_outbox(const OutboxItem& item, std::span<const std::string> connectors) = 0;
  // Due deliveries of a connector, oldest first. A device's items are left out while an older one
  // of it waits for its next attempt, so that handing them over in this order, and passing over a
  // device after a failure, keeps the order per device.
  virtual Result<std::vector<Delivery>> due_deliveries(std::string_view connector, Timestamp now,
                                                       int limit) = 0;
  // Marking what is not queued (any more) changes nothing. An item delivered to all of its
  // connectors is forgotten.
  virtual Status mark_delivered(std::string_view connector, std::string_view item_id,
                                Timestamp now) = 0;
  virtual Status mark_failed(std::string_view connector, std::string_view item_id,
                             Timestamp next_attempt, std::string_view error) = 0;
  struct ConnectorStatus {
    int queued = 0;
    std::int64_t delivered = 0;  // items, each counted once
    std::string last_error;      // empty after a delivery
    std::optional<Timestamp> last_delivered_at;
  };
  virtual Result<ConnectorStatus> connector_status(std::string_view connector) = 0;

  // --- small settings and counters, e.g. "unknown_fields"
  virtual Status put_setting(std::string_view key, std::string_view value) = 0;
  virtual Result<std::optional<std::string>> setting(std::string_view key) = 0;
};

class Transaction {
 public:
  virtual ~Transaction() = default;
  virtual Rows& tenant(std::string_view tenant) = 0;
  // The write that follows committed write n has number n + 1 when nobody at all wrote in between,
  // so that what was read in n still stands; any other number says that it may not. 0: a read, or a
  // store that cannot tell.
  virtual std::uint64_t number() const = 0;
};

class Store {
 public:
  virtual ~Store() = default;
  virtual Status write(const std::function<Status(Transaction&)>& function) = 0;
  virtual Status read(const std::function<Status(Transaction&)>& function) = 0;
  virtual Result<std::vector<std::string>> tenants() = 0;
  // A consistent copy while the store is in use; `path` must not exist.
  virtual Status backup(const std::string& path) = 0;
  // Ok when a write could be made durable now; otherwise why not ("disk full", "database is
  // locked").
  virtual Status check() = 0;
};

}  // namespace bartizan::store
