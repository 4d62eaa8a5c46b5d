// What a phone's agent calls, by mutual TLS.
#include <algorithm>
#include <charconv>

#include "respond/respond.h"
#include "server/audit.h"
#include "server/input.h"
#include "server/routes.h"
#include "server/view.h"

namespace bartizan::server {
namespace {

constexpr int kMaxWaitSeconds = 60;
constexpr std::size_t kMaxCsr = 8192;
constexpr int kActionsAtOnce = 100;

json::object batch_json(const BatchResult& result) {
  json::array items;
  items.reserve(result.items.size());
  for (const ItemResult& item : result.items) {
    json::object entry{{"id", item.id}, {"status", to_string(item.status)}};
    if (!item.error.empty()) entry.emplace("error", item.error);
    items.push_back(std::move(entry));
  }
  return {{"results", std::move(items)}, {"last_sequence", result.last_sequence}};
}

void send_observations(Deps& deps, const Call& call, net::Responder respond) {
  auto body = parse_json_object(call.request.body);
  if (!body) return respond(problem(400, "malformed_json", body.error().message, {.name = "body"}));
  json::value* listed = body->if_contains("observations");
  json::array* observations = listed == nullptr ? nullptr : listed->if_array();
  if (observations == nullptr || observations->size() > kMaxBatch)
    return respond(problem(400, "invalid",
                           "observations must be a list of at most " + std::to_string(kMaxBatch),
                           {.name = "observations"}));
  auto items =
      prepare_items(std::move(*observations), call.caller.device, *deps.content, deps.clock.now());
  // std::function wants something copyable.
  auto shared = std::make_shared<net::Responder>(std::move(respond));
  const Status accepted = deps.ingest.submit(
      call.tenant(), call.caller.device.id, std::move(items), [shared](Result<BatchResult> result) {
        (*shared)(result ? answer(batch_json(*result)) : problem(result.error()));
      });
  if (!accepted.ok()) (*shared)(problem(accepted.error()));
}

Result<std::vector<Action>> waiting_actions(store::Rows& rows, const std::string& device_id) {
  BARTIZAN_ASSIGN(auto page, rows.actions({.device_id = device_id,
                                           .states = {ActionState::kQueued, ActionState::kSent}},
                                          {.limit = kActionsAtOnce, .cursor = {}}));
  std::erase_if(page.items, [](const Action& action) { return action.carrier != Carrier::kAgent; });
  std::reverse(page.items.begin(), page.items.end());
  return std::move(page.items);
}

// The phone's waiting actions; those queued are noted as sent before they leave.
Result<std::vector<Action>> fetch_actions(Deps& deps, const std::string& tenant,
                                          const std::string& device_id) {
  std::vector<Action> actions;
  const Status read = deps.store.read([&](store::Transaction& transaction) -> Status {
    BARTIZAN_ASSIGN(actions, waiting_actions(transaction.tenant(tenant), device_id));
    return {};
  });
  if (!read.ok()) return read.error();
  const bool queued = std::any_of(actions.begin(), actions.end(), [](const Action& action) {
    return action.state == ActionState::kQueued;
  });
  if (!queued) return actions;
  const Status written = deps.store.write([&](store::Transaction& transaction) -> Status {
    store::Rows& rows = transaction.tenant(tenant);
    BARTIZAN_ASSIGN(actions, waiting_actions(rows, device_id));
    for (Action& action : actions) {
      if (action.state != ActionState::kQueued) continue;
      action.state = ActionState::kSent;
      action.updated_at = deps.clock.now();
      BARTIZAN_TRY(rows.put_action(action));
    }
    return {};
  });
  if (!written.ok()) return written.error();
  return actions;
}

net::Response actions_answer(const Result<std::vector<Action>>& actions) {
  if (!actions) return problem(actions.error());
  return answer(json::object{
      {"actions", list_json(*actions, [](const Action& action) { return to_json(action); })}});
}

std::optional<int> wait_seconds(const net::Request& request) {
  const auto text = request.query_value("wait");
  if (!text) return 0;
  int seconds = -1;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), seconds);
  if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
  if (seconds < 0 || seconds > kMaxWaitSeconds) return std::nullopt;
  return seconds;
}

// Waits first and looks then: an action committed in between wakes the waiter that is there
// already.
void send_actions(Deps& deps, const Call& call, net::Responder respond) {
  const auto seconds = wait_seconds(call.request);
  if (!seconds)
    return respond(problem(400, "invalid", "wait must be 0 to 60 seconds", {.name = "wait"}));
  const std::string tenant = call.tenant();
  const std::string device_id = call.caller.device.id;
  if (*seconds == 0) return respond(actions_answer(fetch_actions(deps, tenant, device_id)));
  auto shared = std::make_shared<net::Responder>(std::move(respond));
  const auto answer_now = [&deps, tenant, device_id, shared] {
    (*shared)(actions_answer(fetch_actions(deps, tenant, device_id)));
  };
  // Woken on the ingest thread, which must not wait for another commit: answer elsewhere.
  const std::uint64_t number = deps.waiters.wait(tenant, device_id, [&deps, answer_now] {
    deps.later(std::chrono::milliseconds(0), answer_now);
  });
  bool any = false;
  const Status read = deps.store.read([&](store::Transaction& transaction) -> Status {
    BARTIZAN_ASSIGN(const auto actions, waiting_actions(transaction.tenant(tenant), device_id));
    any = !actions.empty();
    return {};
  });
  if (any || !read.ok()) return deps.waiters.expire(number);
  deps.later(std::chrono::seconds(*seconds), [&deps, number] { deps.waiters.expire(number); });
}

// Those who hear of problems hear of what could not be done about one.
Status tell_failure(Deps& deps, store::Rows& rows, const Device& device, const Action& action) {
  BARTIZAN_ASSIGN(const auto about, rows.problem(action.problem_id));
  BARTIZAN_ASSIGN(const auto alert, rows.alert_of_problem(action.problem_id));
  const Threat* threat = about ? deps.content->find_threat(about->threat) : nullptr;
  if (!alert || threat == nullptr) return {};
  std::vector<std::string> connectors;
  for (const ConnectorInfo& connector : deps.connectors) connectors.push_back(connector.id);
  return rows.add_outbox(respond::action_failed_item(action, *about, *alert, device, *threat,
                                                     deps.clock.now(), deps.random),
                         connectors);
}

net::Response report_result(Deps& deps, const Call& call) {
  Input input(call.request, {}, UnknownMembers::kIgnore);
  const std::string state = input.text("state", 16);
  const std::string detail = input.optional_text("detail", 500).value_or("");
  if (!input.wrong() && state != "done" && state != "failed")
    input.mistake("state", "must be done or failed");
  if (input.wrong()) return *input.wrong();
  Action out;
  const Status written = deps.store.write([&](store::Transaction& transaction) -> Status {
    store::Rows& rows = transaction.tenant(call.tenant());
    BARTIZAN_ASSIGN(auto action, rows.action(call.parameter("id")));
    // Another phone's action is as good as none.
    if (!action || action->device_id != call.caller.device.id || action->carrier != Carrier::kAgent)
      return Error{ErrorCode::kNotFound, "This phone has no such action."};
    out = *action;
    const bool waiting = out.state == ActionState::kQueued || out.state == ActionState::kSent;
    if (!waiting) return {};  // said before, or called off meanwhile
    out.state = state == "done" ? ActionState::kDone : ActionState::kFailed;
    out.detail = detail;
    out.updated_at = deps.clock.now();
    BARTIZAN_TRY(rows.put_action(out));
    return out.state == ActionState::kFailed ? tell_failure(deps, rows, call.caller.device, out)
                                             : Status();
  });
  return written.ok() ? answer(to_json(out)) : problem(written.error());
}

net::Response send_policy(const Deps& deps, const Call& call) {
  const auto set = deps.policies.current();
  const std::string etag = "\"" + set->digest.substr(0, 32) + "\"";
  const auto known = call.request.header("if-none-match");
  if (known && *known == etag) return {.status = 304, .headers = {{"ETag", etag}}, .body = {}};
  json::array policies;
  for (const PolicyDocument& document : set->documents) {
    policies.push_back(json::object{
        {"id", document.id}, {"version", document.version}, {"source", document.source}});
  }
  net::Response response = answer(
      json::object{{"policies", std::move(policies)}, {"content_digest", deps.content->digest()}});
  response.headers.push_back({"ETag", etag});
  return response;
}

net::Response renew_certificate(Deps& deps, const Call& call) {
  Input input(call.request, {}, UnknownMembers::kIgnore);
  const std::string csr = input.text("csr_pem", kMaxCsr);
  if (input.wrong()) return *input.wrong();
  const Timestamp now = deps.clock.now();
  const std::string& id = call.caller.device.id;
  const auto issued = deps.authority.issue_device(csr, id, call.tenant(), now, deps.random);
  if (!issued) return problem(issued.error(), {.name = "csr_pem"});
  const Status written = deps.store.write([&](store::Transaction& transaction) -> Status {
    store::Rows& rows = transaction.tenant(call.tenant());
    BARTIZAN_ASSIGN(const auto present, rows.certificate(call.caller.serial));
    if (!present || present->revoked_at)
      return Error{ErrorCode::kDenied, "This phone's certificate is revoked."};
    BARTIZAN_TRY(rows.put_certificate({.serial = issued->serial,
                                       .device_id = id,
                                       .not_after = issued->not_after,
                                       .revoked_at = std::nullopt,
                                       .issued_at = now,
                                       .first_used_at = std::nullopt}));
    return audit(rows, now, deps.random, call.caller.actor(), "device.certificate_renewed", id,
                 {{"certificate", issued->serial}});
  });
  if (!written.ok()) return problem(written.error());
  return answer(json::object{{"certificate_pem", issued->pem}});
}

}  // namespace

void add_agent_routes(Router& router, Deps& deps) {
  router.add_deferred("sendObservations", [&deps](const Call& call, net::Responder respond) {
    send_observations(deps, call, std::move(respond));
  });
  router.add_deferred("fetchActions", [&deps](const Call& call, net::Responder respond) {
    send_actions(deps, call, std::move(respond));
  });
  router.add("reportActionResult", [&deps](const Call& call) { return report_result(deps, call); });
  router.add("fetchPolicy", [&deps](const Call& call) { return send_policy(deps, call); });
  router.add("renewCertificate",
             [&deps](const Call& call) { return renew_certificate(deps, call); });
}

}  // namespace bartizan::server
