// Accounts, API tokens, connectors, audit.
#include <algorithm>

#include "base/id.h"
#include "server/audit.h"
#include "server/input.h"
#include "server/routes.h"
#include "server/view.h"

namespace bartizan::server {
namespace {

net::Response list_connectors(const Deps& deps, const Call& call) {
  json::array items;
  const Status read = deps.store.read([&](store::Transaction& transaction) -> Status {
    BARTIZAN_ASSIGN(items, connectors_json(deps, transaction.tenant(call.tenant())));
    return {};
  });
  return read.ok() ? answer(page_json(std::move(items), "")) : problem(read.error());
}

net::Response list_audit(const Deps& deps, const Call& call) {
  Query query(call.request);
  if (query.wrong()) return *query.wrong();
  json::object out;
  const Status read = deps.store.read([&](store::Transaction& transaction) -> Status {
    BARTIZAN_ASSIGN(const auto page, transaction.tenant(call.tenant()).audit(query.page()));
    out = page_json(list_json(page.items, audit_json), page.next);
    return {};
  });
  return read.ok() ? answer(out) : problem(read.error(), {.name = "cursor"});
}

net::Response list_api_tokens(const Deps& deps, const Call& call) {
  json::array items;
  const Status read = deps.store.read([&](store::Transaction& transaction) -> Status {
    BARTIZAN_ASSIGN(const auto tokens, transaction.tenant(call.tenant()).api_tokens());
    items = list_json(tokens, api_token_json);
    return {};
  });
  return read.ok() ? answer(page_json(std::move(items), "")) : problem(read.error());
}

net::Response create_api_token(Deps& deps, const Call& call) {
  Input input(call.request, {"name", "scopes", "expires_in_days"});
  const Timestamp now = deps.clock.now();
  const std::string secret = "bzt_" + random_token(deps.random);
  ApiToken token{.id = new_uuid(now, deps.random),
                 .name = input.text("name", 64),
                 .token_digest = sha256_hex(as_bytes(secret)),
                 .scopes = input.texts("scopes", 16, 64),
                 .created_by = call.caller.administrator.name,
                 .created_at = now,
                 .expires_at = std::nullopt,
                 .revoked_at = std::nullopt};
  if (const auto days = input.optional_integer("expires_in_days", 1, 3650))
    token.expires_at = now + std::chrono::hours(24 * *days);
  for (const std::string& scope : token.scopes) {
    if (std::find(scopes().begin(), scopes().end(), scope) == scopes().end())
      input.mistake("scopes", "has no value '" + scope + "'");
  }
  if (input.wrong()) return *input.wrong();
  const Status written = deps.store.write([&](store::Transaction& transaction) -> Status {
    store::Rows& rows = transaction.tenant(call.tenant());
    BARTIZAN_TRY(rows.put_api_token(token));
    return audit(rows, now, deps.random, call.caller.actor(), "api_token.created", token.id,
                 {{"name", token.name}, {"scopes", strings_json(token.scopes)}});
  });
  if (!written.ok()) return problem(written.error());
  return answer(json::object{{"id", token.id}, {"token", secret}}, 201);
}

net::Response revoke_api_token(Deps& deps, const Call& call) {
  const Status written = deps.store.write([&](store::Transaction& transaction) -> Status {
    store::Rows& rows = transaction.tenant(call.tenant());
    BARTIZAN_ASSIGN(auto tokens, rows.api_tokens());
    for (ApiToken& token : tokens) {
      if (token.id != call.parameter("id")) continue;
      if (token.revoked_at) return {};
      token.revoked_at = deps.clock.now();
      BARTIZAN_TRY(rows.put_api_token(token));
      return audit(rows, *token.revoked_at, deps.random, call.caller.actor(), "api_token.revoked",
                   token.id, {{"name", token.name}});
    }
    return Error{ErrorCode::kNotFound, "There is no such token."};
  });
  return written.ok() ? no_content() : problem(written.error());
}

net::Response list_administrators(const Deps& deps, const Call& call) {
  json::array items;
  const Status read = deps.store.read([&](store::Transaction& transaction) -> Status {
    BARTIZAN_ASSIGN(const auto people, transaction.tenant(call.tenant()).administrators());
    items = list_json(people, administrator_json);
    return {};
  });
  return read.ok() ? answer(page_json(std::move(items), "")) : problem(read.error());
}

net::Response create_administrator(Deps& deps, const Call& call) {
  Input input(call.request, {"name", "role"});
  const std::string name = input.text("name", 64);
  const Role role = input.required_enum<Role>("role");
  if (input.wrong()) return *input.wrong();
  const auto added = deps.accounts.add(call.tenant(), name, role, call.caller.actor());
  if (!added) return problem(added.error(), {.name = "name"});
  return answer(json::object{{"id", added->administrator.id},
                             {"name", added->administrator.name},
                             {"password", added->password}},
                201);
}

// Nobody takes the own rights away by a slip: another admin does, or the command line.
std::optional<net::Response> refuse_own_account(const Call& call) {
  if (call.parameter("id") != call.caller.administrator.id) return std::nullopt;
  return problem(409, "own_account", "This is your own account; another admin can do this.");
}

net::Response account_problem(const Error& error) {
  if (error.code == ErrorCode::kConflict) return problem(409, "last_admin", error.message);
  return problem(error);
}

net::Response change_administrator(Deps& deps, const Call& call) {
  Input input(call.request, {"role"});
  const Role role = input.required_enum<Role>("role");
  if (input.wrong()) return *input.wrong();
  if (const auto refused = refuse_own_account(call)) return *refused;
  const auto changed =
      deps.accounts.change_role(call.tenant(), call.parameter("id"), role, call.caller.actor());
  return changed ? answer(administrator_json(*changed)) : account_problem(changed.error());
}

net::Response remove_administrator(Deps& deps, const Call& call) {
  if (const auto refused = refuse_own_account(call)) return *refused;
  const Status removed =
      deps.accounts.remove(call.tenant(), call.parameter("id"), call.caller.actor());
  return removed.ok() ? no_content() : account_problem(removed.error());
}

}  // namespace

void add_administration_routes(Router& router, Deps& deps) {
  router.add("listConnectors", [&deps](const Call& call) { return list_connectors(deps, call); });
  router.add("listAudit", [&deps](const Call& call) { return list_audit(deps, call); });
  router.add("listApiTokens", [&deps](const Call& call) { return list_api_tokens(deps, call); });
  router.add("createApiToken", [&deps](const Call& call) { return create_api_token(deps, call); });
  router.add("revokeApiToken", [&deps](const Call& call) { return revoke_api_token(deps, call); });
  router.add("listAdministrators",
             [&deps](const Call& call) { return list_administrators(deps, call); });
  router.add("createAdministrator",
             [&deps](const Call& call) { return create_administrator(deps, call); });
  router.add("changeAdministrator",
             [&deps](const Call& call) { return change_administrator(deps, call); });
  router.add("removeAdministrator",
             [&deps](const Call& call) { return remove_administrator(deps, call); });
}

}  // namespace bartizan::server
