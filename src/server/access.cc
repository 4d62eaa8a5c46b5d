#include "server/access.h"

#include <algorithm>

#include "base/crypto.h"
#include "base/id.h"
#include "base/log.h"
#include "server/answer.h"

namespace bartizan::server {
namespace {

// How stale a session's last use may be in the store: not every request is worth a write.
constexpr Duration kTouchEvery = std::chrono::minutes(1);

net::Response not_signed_in() {
  return problem(401, "not_signed_in", "Sign in first, or send an API token.");
}

bool has_role(Role role, Access access) {
  switch (access) {
    case Access::kViewer:
      return true;
    case Access::kAnalyst:
      return role != Role::kViewer;
    case Access::kAdmin:
      return role == Role::kAdmin;
    case Access::kPublic:
    case Access::kDevice:
      return false;
  }
  return false;
}

// While the first password stands, an account may do nothing but replace it.
bool allowed_before_password_change(std::string_view operation) {
  return operation == "getSession" || operation == "changePassword" || operation == "logout";
}

bool is_json(const net::Request& request) {
  const auto type = request.header("content-type");
  return type && (*type == "application/json" || type->starts_with("application/json;"));
}

}  // namespace

bool is_live(const Session& session, Timestamp now) {
  return now < session.expires_at && now < session.last_used + kSessionIdle;
}

std::optional<net::Response> AccessControl::admit(Call& call) const {
  const net::Request& request = call.request;
  // A form of another site can post without asking, but not as JSON.
  if (call.operation.listener == Listener::kPeople && !request.body.empty() && !is_json(request))
    return problem(400, "content_type", "The body must be application/json.",
                   {.name = "Content-Type"});
  if (call.operation.access == Access::kPublic) return std::nullopt;
  if (call.operation.access == Access::kDevice) return admit_device(call);
  if (const auto authorization = request.header("authorization")) {
    if (!authorization->starts_with("Bearer ")) return not_signed_in();
    return admit_token(call, authorization->substr(7));
  }
  if (const auto cookie = request.cookie(kSessionCookie)) return admit_session(call, *cookie);
  return not_signed_in();
}

std::optional<net::Response> AccessControl::admit_session(Call& call,
                                                          std::string_view cookie) const {
  const Timestamp now = clock_.now();
  std::optional<Session> session;
  std::optional<Administrator> administrator;
  const Status read = store_.read([&](store::Transaction& transaction) -> Status {
    store::Rows& rows = transaction.tenant(call.tenant());
    BARTIZAN_ASSIGN(session, rows.session(sha256_hex(as_bytes(cookie))));
    if (!session) return {};
    BARTIZAN_ASSIGN(administrator, rows.administrator(session->administrator_id));
    return {};
  });
  if (!read.ok()) return problem(read.error());
  if (!session || !administrator || !is_live(*session, now)) return not_signed_in();
  const bool safe = call.request.method == "GET" || call.request.method == "HEAD";
  if (!safe) {
    const auto token = call.request.header("x-csrf-token");
    if (!token || !equal_constant_time(as_bytes(*token), as_bytes(session->csrf_token)))
      return problem(403, "csrf", "The header X-CSRF-Token does not belong to this session.");
  }
  if (administrator->must_change_password && !allowed_before_password_change(call.operation.id))
    return problem(403, "password_change_required", "Change the first password before anything.");
  if (!has_role(administrator->role, call.operation.access))
    return problem(403, "role",
                   "This needs the role " + std::string(to_string(call.operation.access)) + ".");
  if (now - session->last_used > kTouchEvery) {
    session->last_used = now;
    const Status touched = store_.write([&](store::Transaction& transaction) -> Status {
      store::Rows& rows = transaction.tenant(call.tenant());
      BARTIZAN_ASSIGN(const auto still, rows.session(session->token_digest));
      return still ? rows.put_session(*session) : Status{};
    });
    if (!touched.ok()) log::warn("session not prolonged", {{"why", touched.error().message}});
  }
  call.caller.kind = Caller::Kind::kAdministrator;
  call.caller.administrator = std::move(*administrator);
  call.caller.session = std::move(*session);
  return std::nullopt;
}

std::optional<net::Response> AccessControl::admit_token(Call& call, std::string_view secret) const {
  std::optional<ApiToken> token;
  const Status read = store_.read([&](store::Transaction& transaction) -> Status {
    BARTIZAN_ASSIGN(
        token, transaction.tenant(call.tenant()).api_token_by_digest(sha256_hex(as_bytes(secret))));
    return {};
  });
  if (!read.ok()) return problem(read.error());
  if (!token || token->revoked_at || (token->expires_at && *token->expires_at <= clock_.now()))
    return not_signed_in();
  const std::string_view scope = call.operation.scope;
  if (scope == "none")
    return problem(403, "scope", "API tokens may not do this; sign in as a person.");
  if (std::find(token->scopes.begin(), token->scopes.end(), scope) == token->scopes.end())
    return problem(403, "scope", "The token lacks the scope " + std::string(scope) + ".");
  call.caller.kind = Caller::Kind::kApiToken;
  call.caller.token = std::move(*token);
  return std::nullopt;
}

std::optional<net::Response> AccessControl::admit_device(Call& call) const {
  const auto& peer = call.request.peer;
  if (!peer || peer->organization.empty() || !is_uuid(peer->common_name))
    return problem(403, "certificate_unknown", "This needs the certificate of an enrolled phone.");
  std::optional<DeviceCertificate> certificate;
  std::optional<Device> device;
  const Status read = store_.read([&](store::Transaction& transaction) -> Status {
    store::Rows& rows = transaction.tenant(peer->organization);
    BARTIZAN_ASSIGN(certificate, rows.certificate(peer->serial));
    if (!certificate) return {};
    BARTIZAN_ASSIGN(device, rows.device(certificate->device_id));
    return {};
  });
  if (!read.ok()) return problem(read.error());
  if (!certificate || !device || certificate->device_id != peer->common_name)
    return problem(403, "certificate_unknown", "No enrolled phone has this certificate.");
  if (certificate->revoked_at || device->state != DeviceState::kEnrolled)
    return problem(403, "certificate_revoked", "This phone's certificate is revoked.");
  if (!certificate->first_used_at) end_older(peer->organization, *certificate);
  call.caller.kind = Caller::Kind::kDevice;
  call.caller.tenant = peer->organization;
  call.caller.serial = peer->serial;
  call.caller.device = std::move(*device);
  return std::nullopt;
}

// The phone has the new certificate for sure when it comes with it, not when it was sent: an answer
// lost on the way must not leave it without any.
void AccessControl::end_older(std::string_view tenant, const DeviceCertificate& used) const {
  const Timestamp now = clock_.now();
  std::vector<std::string> ended;
  const Status written = store_.write([&](store::Transaction& transaction) -> Status {
    store::Rows& rows = transaction.tenant(tenant);
    ended.clear();
    BARTIZAN_ASSIGN(const auto certificates, rows.certificates(used.device_id));
    for (DeviceCertificate certificate : certificates) {
      const bool older = certificate.issued_at < used.issued_at;
      if (certificate.serial == used.serial) {
        certificate.first_used_at = now;
      } else if (older && !certificate.revoked_at) {
        certificate.revoked_at = now;
        ended.push_back(certificate.serial);
      } else {
        continue;
      }
      BARTIZAN_TRY(rows.put_certificate(certificate));
    }
    return {};
  });
  // Tried again with the phone's next request; until then the older one is good.
  if (!written.ok())
    return log::warn("older certificate not ended",
                     {{"device", used.device_id}, {"reason", written.error().message}});
  for (const std::string& serial : ended)
    log::info("certificate ended", {{"device", used.device_id}, {"certificate", serial}});
}

}  // namespace bartizan::server
