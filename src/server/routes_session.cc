// Signing in and the own account.
#include "base/log.h"
#include "server/access.h"
#include "server/audit.h"
#include "server/input.h"
#include "server/qr.h"
#include "server/routes.h"
#include "server/totp.h"
#include "server/view.h"

namespace bartizan::server {
namespace {

std::string cookie_header(const std::string& value, std::int64_t seconds) {
  return std::string(kSessionCookie) + "=" + value + "; Path=/; Secure; HttpOnly; " +
         "SameSite=Strict; Max-Age=" + std::to_string(seconds);
}

json::object session_json(const Administrator& administrator, const Session& session) {
  return {{"administrator", administrator_json(administrator)},
          {"csrf_token", session.csrf_token},
          {"expires_at", to_rfc3339(session.expires_at)}};
}

net::Response signed_in(const SignedIn& in) {
  net::Response response = answer(session_json(in.administrator, in.session));
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(kSessionAbsolute).count();
  response.headers.push_back({"Set-Cookie", cookie_header(in.cookie, seconds)});
  return response;
}

// What is needed to see guessing and to block where it comes from; never what was typed.
void log_refused(const SignInResult& result, const Call& call) {
  log::warn("sign-in refused",
            {{"account", result.account},
             {"reason", result.refusal == Refusal::kLocked ? "locked" : "credentials"},
             {"operation", std::string(call.operation.id)},
             {"from", call.request.remote_address}});
}

net::Response refused(const SignInResult& result, const Call& call, Timestamp now) {
  if (result.refusal != Refusal::kTotpRequired) log_refused(result, call);
  switch (result.refusal) {
    case Refusal::kTotpRequired:
      return problem(401, "totp_required", "Give the code of the second factor, too.");
    case Refusal::kLocked: {
      const auto rest =
          std::chrono::duration_cast<std::chrono::seconds>(result.locked_until - now).count();
      net::Response response =
          problem(423, "locked",
                  "Too many failed attempts. Try again later, or unlock the account "
                  "from the server's command line.");
      response.headers.push_back({"Retry-After", std::to_string(rest + 1)});
      return response;
    }
    case Refusal::kBadCredentials:
    case Refusal::kNone:
      break;
  }
  return problem(401, "bad_credentials", "Name, password or code are wrong.");
}

net::Response login(Deps& deps, const Call& call) {
  Input input(call.request, {"name", "password", "totp"});
  const std::string name = input.text("name", 64);
  const Credentials credentials{.password = input.text("password", kMaxPassword),
                                .totp = input.optional_text("totp", 16).value_or("")};
  if (input.wrong()) return *input.wrong();
  const auto result = deps.accounts.sign_in(call.tenant(), name, credentials);
  if (!result) return problem(result.error());
  if (!result->signed_in) return refused(*result, call, deps.clock.now());
  return signed_in(*result->signed_in);
}

net::Response logout(Deps& deps, const Call& call) {
  const Status removed = deps.store.write([&](store::Transaction& transaction) -> Status {
    store::Rows& rows = transaction.tenant(call.tenant());
    BARTIZAN_TRY(rows.remove_session(call.caller.session.token_digest));
    return audit(rows, deps.clock.now(), deps.random, call.caller.actor(), "session.ended",
                 call.caller.administrator.name);
  });
  if (!removed.ok()) return problem(removed.error());
  net::Response response = no_content();
  response.headers.push_back({"Set-Cookie", cookie_header("", 0)});
  return response;
}

net::Response change_password(Deps& deps, const Call& call) {
  Input input(call.request, {"current", "next"});
  const std::string current = input.text("current", kMaxPassword);
  const std::string next = input.text("next", kMaxPassword);
  if (!input.wrong() && next.size() < kMinPassword)
    input.mistake("next", "must have at least 12 characters");
  if (!input.wrong() && next == current) input.mistake("next", "must differ from the present one");
  if (input.wrong()) return *input.wrong();
  // The session has shown the second factor already; here it is the password that must be known.
  const Administrator& self = call.caller.administrator;
  const auto proof = deps.accounts.confirm_password(call.tenant(), self, current);
  if (!proof) return problem(proof.error());
  if (proof->refusal != Refusal::kNone) return refused(*proof, call, deps.clock.now());
  const auto changed = deps.accounts.set_password(call.tenant(), self.id, next);
  return changed ? signed_in(*changed) : problem(changed.error());
}

net::Response start_totp(Deps& deps, const Call& call) {
  Input input(call.request, {"password", "code"});
  const Credentials credentials{.password = input.text("password", kMaxPassword),
                                .totp = input.optional_text("code", 16).value_or("")};
  if (input.wrong()) return *input.wrong();
  const Administrator& self = call.caller.administrator;
  const auto proof = deps.accounts.confirm(call.tenant(), self, credentials);
  if (!proof) return problem(proof.error());
  if (proof->refusal != Refusal::kNone) return refused(*proof, call, deps.clock.now());
  const auto secret = deps.accounts.start_totp(call.tenant(), self.id);
  if (!secret) return problem(secret.error());
  const std::string url = totp_url(self.name, *secret);
  const auto code = qr_svg(url);
  if (!code) return problem(code.error());
  return answer(json::object{{"secret", *secret}, {"url", url}, {"qr_svg", *code}});
}

net::Response confirm_totp(Deps& deps, const Call& call) {
  Input input(call.request, {"code"});
  const std::string code = input.text("code", 16);
  if (input.wrong()) return *input.wrong();
  const auto changed =
      deps.accounts.confirm_totp(call.tenant(), call.caller.administrator.id, code);
  if (!changed) return problem(changed.error());
  return answer(session_json(*changed, call.caller.session));
}

}  // namespace

void add_session_routes(Router& router, Deps& deps) {
  router.add("login", [&deps](const Call& call) { return login(deps, call); });
  router.add("logout", [&deps](const Call& call) { return logout(deps, call); });
  router.add("getSession", [](const Call& call) {
    return answer(session_json(call.caller.administrator, call.caller.session));
  });
  router.add("changePassword", [&deps](const Call& call) { return change_password(deps, call); });
  router.add("startTotp", [&deps](const Call& call) { return start_totp(deps, call); });
  router.add("confirmTotp", [&deps](const Call& call) { return confirm_totp(deps, call); });
}

}  // namespace bartizan::server
