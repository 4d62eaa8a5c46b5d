// What needs a person, and why.
#include <algorithm>

#include "server/audit.h"
#include "server/input.h"
#include "server/routes.h"
#include "server/view.h"

namespace bartizan::server {
namespace {

// The version of what analysts change. Counts and times are the engine's and move on their own: a
// save must not fail because the threat was seen once more.
std::string etag_of(const Alert& alert) {
  const json::array fields{to_string(alert.state), alert.assignee, alert.note};
  return "\"" + sha256_hex(as_bytes(json::serialize(fields))).substr(0, 32) + "\"";
}

net::Response list_alerts(const Deps& deps, const Call& call) {
  Query query(call.request);
  const store::AlertFilter filter{.states = query.enums<AlertState>("state"),
                                  .min_severity = query.optional_enum<Severity>("min_severity"),
                                  .threat = query.text("threat", 64),
                                  .device_id = query.text("device_id", 36),
                                  .text = query.text("q")};
  if (query.wrong()) return *query.wrong();
  json::object out;
  const Status read = deps.store.read([&](store::Transaction& transaction) -> Status {
    store::Rows& rows = transaction.tenant(call.tenant());
    BARTIZAN_ASSIGN(const auto page, rows.alerts(filter, query.page()));
    json::array items;
    for (const Alert& alert : page.items) {
      BARTIZAN_ASSIGN(const auto device, rows.device(alert.device_id));
      items.push_back(alert_json(deps, alert, device));
    }
    out = page_json(std::move(items), page.next);
    return {};
  });
  return read.ok() ? answer(out) : problem(read.error(), {.name = "cursor"});
}

// The newest decision about the problem and the actions that came of any, among the phone's newest.
struct Response {
  json::value decision = nullptr;
  json::array actions;
};
Result<Response> response_to(store::Rows& rows, const Alert& alert) {
  Response out;
  const store::PageRequest newest{.limit = 200, .cursor = {}};
  BARTIZAN_ASSIGN(const auto decisions, rows.decisions(alert.device_id, newest));
  for (const Decision& decision : decisions.items) {
    if (decision.problem_id != alert.problem_id) continue;
    out.decision = to_json(decision);
    break;
  }
  BARTIZAN_ASSIGN(const auto actions,
                  rows.actions({.device_id = alert.device_id, .states = {}}, newest));
  for (const Action& action : actions.items) {
    if (action.problem_id == alert.problem_id) out.actions.push_back(to_json(action));
  }
  return out;
}

Result<json::object> detail_json(const Deps& deps, store::Rows& rows, const Alert& alert) {
  BARTIZAN_ASSIGN(const auto device, rows.device(alert.device_id));
  BARTIZAN_ASSIGN(const auto open_problem, rows.problem(alert.problem_id));
  BARTIZAN_ASSIGN(const auto finding, rows.finding(alert.device_id, alert.last_finding_id));
  BARTIZAN_ASSIGN(Response response, response_to(rows, alert));
  const Threat* threat = deps.content->find_threat(alert.threat);
  std::vector<std::string> techniques;
  if (finding) {
    techniques = finding->techniques;
  } else if (threat != nullptr) {
    techniques = threat->techniques;
  }
  json::value rule = nullptr;
  if (finding) rule = json::object{{"id", finding->rule}, {"version", finding->rule_version}};
  json::object out{{"alert", alert_json(deps, alert, device)},
                   {"rule", std::move(rule)},
                   {"techniques", techniques_json(deps, techniques)},
                   {"decision", std::move(response.decision)},
                   {"actions", std::move(response.actions)}};
  out.emplace("problem",
              open_problem ? json::value(problem_json(deps, *open_problem)) : json::value(nullptr));
  out.emplace("finding", finding ? json::value(to_json(*finding)) : json::value(nullptr));
  out.emplace("threat", threat ? json::value(threat_json(deps, *threat)) : json::value(nullptr));
  out.emplace("device", device ? json::value(to_json(*device)) : json::value(nullptr));
  return out;
}

Result<Alert> find_alert(store::Rows& rows, const Call& call) {
  BARTIZAN_ASSIGN(auto alert, rows.alert(call.parameter("id")));
  if (!alert) return Error{ErrorCode::kNotFound, "There is no such alert."};
  return std::move(*alert);
}

net::Response with_etag(const json::object& body, const Alert& alert) {
  net::Response response = answer(body);
  response.headers.push_back({"ETag", etag_of(alert)});
  return response;
}

net::Response get_alert(const Deps& deps, const Call& call) {
  json::object body;
  Alert alert;
  const Status read = deps.store.read([&](store::Transaction& transaction) -> Status {
    store::Rows& rows = transaction.tenant(call.tenant());
    BARTIZAN_ASSIGN(alert, find_alert(rows, call));
    BARTIZAN_ASSIGN(body, detail_json(deps, rows, alert));
    return {};
  });
  return read.ok() ? with_etag(body, alert) : problem(read.error());
}

json::object analysts_part(const Alert& alert) {
  return {{"state", to_string(alert.state)}, {"assignee", alert.assignee}, {"note", alert.note}};
}

net::Response change_alert(const Deps& deps, const Call& call) {
  Input input(call.request, {"state", "assignee", "note"});
  const auto state = input.optional_enum<AlertState>("state");
  const auto assignee = input.optional_text("assignee", 64);
  const auto note = input.optional_text("note", 4000);
  if (!input.wrong() && !state && !assignee && !note)
    input.mistake("body", "must change state, assignee or note");
  if (input.wrong()) return *input.wrong();
  json::object body;
  Alert alert;
  bool outdated = false;
  bool nobody = false;
  const Status written = deps.store.write([&](store::Transaction& transaction) -> Status {
    store::Rows& rows = transaction.tenant(call.tenant());
    const Timestamp now = deps.clock.now();
    BARTIZAN_ASSIGN(alert, find_alert(rows, call));
    const auto expected = call.request.header("if-match");
    outdated = expected && *expected != "*" && *expected != etag_of(alert);
    if (outdated) return {};
    if (assignee && !assignee->empty()) {
      BARTIZAN_ASSIGN(const auto person, rows.administrator_by_name(*assignee));
      nobody = !person;
      if (nobody) return {};
    }
    const json::object before = analysts_part(alert);
    if (state && *state != alert.state) {
      const bool closed = *state == AlertState::kResolved || *state == AlertState::kFalsePositive;
      alert.state = *state;
      alert.closed_at = closed ? std::optional(now) : std::nullopt;
    }
    if (assignee) alert.assignee = *assignee;
    if (note) alert.note = *note;
    BARTIZAN_TRY(rows.put_alert(alert));
    BARTIZAN_TRY(audit(rows, now, deps.random, call.caller.actor(), "alert.changed", alert.id,
                       {{"before", before}, {"after", analysts_part(alert)}}));
    BARTIZAN_ASSIGN(body, detail_json(deps, rows, alert));
    return {};
  });
  if (!written.ok()) return problem(written.error());
  if (outdated)
    return problem(412, "changed_meanwhile", "Somebody else changed this alert meanwhile.");
  if (nobody)
    return problem(400, "invalid", "assignee is nobody's account name", {.name = "assignee"});
  return with_etag(body, alert);
}

}  // namespace

void add_alert_routes(Router& router, Deps& deps) {
  router.add("listAlerts", [&deps](const Call& call) { return list_alerts(deps, call); });
  router.add("getAlert", [&deps](const Call& call) { return get_alert(deps, call); });
  router.add("changeAlert", [&deps](const Call& call) { return change_alert(deps, call); });
}

}  // namespace bartizan::server
