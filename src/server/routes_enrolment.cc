// Bringing phones in: one-time tokens, and the trade of a token and a CSR for a certificate.
#include "base/id.h"
#include "base/log.h"
#include "server/audit.h"
#include "server/enrolment.h"
#include "server/input.h"
#include "server/qr.h"
#include "server/routes.h"
#include "server/view.h"

namespace bartizan::server {
namespace {

constexpr std::size_t kMaxCsr = 8192;

net::Response create_token(Deps& deps, const Call& call) {
  Input input(call.request, {"device_name", "person", "group", "ownership", "tier"});
  const EnrolmentWish wish{.device_name = input.line("device_name", 100),
                           .person = input.optional_text("person", 100).value_or(""),
                           .group = input.optional_text("group", 64).value_or(""),
                           .ownership = input.optional_enum<Ownership>("ownership"),
                           .tier = input.optional_enum<PrivacyTier>("tier")};
  if (input.wrong()) return *input.wrong();
  const auto made = make_enrolment_token(deps.store, call.tenant(), wish, call.caller.actor(),
                                         deps.clock.now(), deps.random);
  if (!made) return problem(made.error());
  const std::string url =
      enrolment_url(deps.addresses.enrol_url, made->secret, deps.authority.fingerprint());
  const auto code = qr_svg(url);
  if (!code) return problem(code.error());
  return answer(json::object{{"id", made->token.id},
                             {"url", url},
                             {"qr_svg", *code},
                             {"expires_at", to_rfc3339(made->token.expires_at)}},
                201);
}

net::Response list_tokens(const Deps& deps, const Call& call) {
  Query query(call.request);
  if (query.wrong()) return *query.wrong();
  json::object out;
  const Status read = deps.store.read([&](store::Transaction& transaction) -> Status {
    BARTIZAN_ASSIGN(const auto page,
                    transaction.tenant(call.tenant()).enrolment_tokens(query.page()));
    out = page_json(list_json(page.items, enrolment_token_json), page.next);
    return {};
  });
  return read.ok() ? answer(out) : problem(read.error(), {.name = "cursor"});
}

net::Response get_token(const Deps& deps, const Call& call) {
  std::optional<EnrolmentToken> token;
  const Status read = deps.store.read([&](store::Transaction& transaction) -> Status {
    BARTIZAN_ASSIGN(token, transaction.tenant(call.tenant()).enrolment_token(call.parameter("id")));
    return {};
  });
  if (!read.ok()) return problem(read.error());
  if (!token) return problem(404, "not_found", "There is no such token.");
  return answer(enrolment_token_json(*token));
}

struct Enrolment {
  Device device;
  IssuedCertificate certificate;
};

// Uses the token up and stores phone and certificate, or nothing at all.
Status trade(Deps& deps, store::Rows& rows, const std::string& token_digest, const std::string& csr,
             const std::string& tenant, Enrolment& out) {
  const Timestamp now = deps.clock.now();
  BARTIZAN_ASSIGN(auto token, rows.enrolment_token_by_digest(token_digest));
  if (!token) return Error{ErrorCode::kDenied, "No such enrolment token."};
  if (token->used_at) return Error{ErrorCode::kConflict, "This enrolment token is used already."};
  if (token->expires_at <= now)
    return Error{ErrorCode::kDenied, "This enrolment token has expired."};
  Device& device = out.device;
  device.id = new_uuid(now, deps.random);
  device.name = token->device_name;
  device.person = token->person;
  device.group = token->group;
  device.ownership = token->ownership;
  device.tier = token->tier;
  device.enrolled_at = now;
  const problem::Protection protection = problem::protection_of(device, now);
  device.protection = protection.state;
  device.protection_reason = protection.reason;
  BARTIZAN_ASSIGN(out.certificate,
                  deps.authority.issue_device(csr, device.id, tenant, now, deps.random));
  token->used_at = now;
  token->device_id = device.id;
  BARTIZAN_TRY(rows.put_enrolment_token(*token));
  BARTIZAN_TRY(rows.put_device(device));
  BARTIZAN_TRY(rows.put_certificate({.serial = out.certificate.serial,
                                     .device_id = device.id,
                                     .not_after = out.certificate.not_after,
                                     .revoked_at = std::nullopt,
                                     .issued_at = now,
                                     .first_used_at = std::nullopt}));
  return audit(rows, now, deps.random, "device:" + device.id, "device.enrolled", device.id,
               {{"token", token->id}, {"certificate", out.certificate.serial}});
}

net::Response enrol(Deps& deps, const Call& call) {
  Input input(call.request, {}, UnknownMembers::kIgnore);
  const std::string token = input.text("token", 128);
  const std::string csr = input.text("csr_pem", kMaxCsr);
  Enrolment enrolment;
  enrolment.device.platform = input.required_enum<Platform>("platform");
  enrolment.device.model = input.optional_text("model", 64).value_or("");
  enrolment.device.os_version = input.optional_text("os_version", 32).value_or("");
  enrolment.device.agent_version = input.optional_text("agent_version", 32).value_or("");
  if (input.wrong()) return *input.wrong();
  const Status written = deps.store.write([&](store::Transaction& transaction) {
    return trade(deps, transaction.tenant(call.tenant()), sha256_hex(as_bytes(token)), csr,
                 call.tenant(), enrolment);
  });
  if (!written.ok()) {
    log::warn("enrolment refused",
              {{"reason", written.error().message}, {"from", call.request.remote_address}});
    return problem(written.error(), {.name = "csr_pem"});
  }
  const Device& device = enrolment.device;
  log::info("phone enrolled", {{"device", device.id},
                               {"tier", std::string(to_string(device.tier))},
                               {"certificate", enrolment.certificate.serial}});
  return answer(json::object{{"device_id", device.id},
                             {"tenant", call.tenant()},
                             {"certificate_pem", enrolment.certificate.pem},
                             {"ca_pem", deps.authority.certificate_pem()},
                             {"devices_url", deps.addresses.devices_url},
                             {"tier", to_string(device.tier)},
                             {"group", device.group},
                             {"ownership", to_string(device.ownership)},
                             {"name", device.name}},
                201);
}

}  // namespace

void add_enrolment_routes(Router& router, Deps& deps) {
  router.add("createEnrolmentToken",
             [&deps](const Call& call) { return create_token(deps, call); });
  router.add("listEnrolmentTokens", [&deps](const Call& call) { return list_tokens(deps, call); });
  router.add("getEnrolmentToken", [&deps](const Call& call) { return get_token(deps, call); });
  router.add("enrol", [&deps](const Call& call) { return enrol(deps, call); });
}

}  // namespace bartizan::server
