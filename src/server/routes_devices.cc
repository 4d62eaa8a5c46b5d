// Phones and what is known of them.
#include <algorithm>
#include <set>

#include "base/log.h"
#include "model/observation_schema.h"
#include "server/audit.h"
#include "server/input.h"
#include "server/routes.h"
#include "server/view.h"

namespace bartizan::server {
namespace {

constexpr int kObservationsSearched = 200;

Result<Device> find_device(store::Rows& rows, const Call& call) {
  BARTIZAN_ASSIGN(auto device, rows.device(call.parameter("id")));
  if (!device) return Error{ErrorCode::kNotFound, "There is no such phone."};
  return std::move(*device);
}

std::vector<Problem> open_ones(std::vector<Problem> problems) {
  std::erase_if(problems,
                [](const Problem& problem) { return problem.state != ProblemState::kOpen; });
  sort_worst_first(problems);
  return problems;
}

Result<json::object> list_item(const Deps& deps, store::Rows& rows, const Device& device) {
  BARTIZAN_ASSIGN(auto all, rows.problems(device.id));
  const std::vector<Problem> open = open_ones(std::move(all));
  json::object out = to_json(device);
  out.emplace("open_problems", open.size());
  json::value main = nullptr;
  if (!open.empty()) {
    const Problem& worst = open.front();
    main = json::object{
        {"threat", worst.threat},
        {"title", threat_title(deps, worst.threat)},
        {"severity", to_string(worst.severity)},
        {"subject_label", worst.subject.label.empty() ? worst.subject.key : worst.subject.label}};
  }
  out.emplace("main_problem", std::move(main));
  return out;
}

net::Response list_devices(const Deps& deps, const Call& call) {
  Query query(call.request);
  const store::DeviceFilter filter{.risk = query.optional_enum<Risk>("risk"),
                                   .protection = query.optional_enum<ProtectionState>("protection"),
                                   .platform = query.optional_enum<Platform>("platform"),
                                   .group = query.text("group", 64),
                                   .text = query.text("q"),
                                   .include_retired = query.flag("include_retired")};
  if (query.wrong()) return *query.wrong();
  json::object out;
  const Status read = deps.store.read([&](store::Transaction& transaction) -> Status {
    store::Rows& rows = transaction.tenant(call.tenant());
    BARTIZAN_ASSIGN(const auto page, rows.devices(filter, query.page()));
    json::array items;
    for (const Device& device : page.items) {
      BARTIZAN_ASSIGN(json::object item, list_item(deps, rows, device));
      items.push_back(std::move(item));
    }
    out = page_json(std::move(items), page.next);
    return {};
  });
  return read.ok() ? answer(out) : problem(read.error(), {.name = "cursor"});
}

// The digest is the phone's word, so what it names may be anything or nothing.
Result<bool> has_report(store::Rows& rows, std::string_view sha256) {
  if (sha256.empty()) return false;
  return rows.has_scanned_app(sha256);
}

// Apps as the newest observations tell of them; a removal ends an app's place in the list.
Result<json::array> apps_json(store::Rows& rows,
                              const std::vector<store::StoredObservation>& newest_first,
                              const std::vector<Problem>& open) {
  json::array out;
  std::set<std::string, std::less<>> seen;
  for (const store::StoredObservation& stored : newest_first) {
    const std::string& kind = stored.observation.kind;
    if (kind != "app.installed" && kind != "app.removed") continue;
    const json::object& body = stored.observation.body;
    const std::string package(get_string(body, "package").value_or(""));
    if (!seen.insert(package).second || kind == "app.removed") continue;
    json::array threats;
    for (const Problem& problem : open) {
      if (problem.subject.kind == "app" && problem.subject.key == package)
        threats.emplace_back(problem.threat);
    }
    const std::string sha256(get_string(body, "sha256").value_or(""));
    BARTIZAN_ASSIGN(const bool reported, has_report(rows, sha256));
    out.push_back(json::object{{"package", package},
                               {"label", get_string(body, "label").value_or("")},
                               {"version_name", get_string(body, "version_name").value_or("")},
                               {"installer", get_string(body, "installer").value_or("")},
                               {"sha256", sha256},
                               {"has_report", reported},
                               {"threats", std::move(threats)}});
  }
  return out;
}

json::array visible_fields(PrivacyTier tier) {
  json::array out;
  for (const KindSpec& kind : kinds_of(tier)) {
    json::array fields;
    for (const FieldSpec& field : kind.fields) fields.emplace_back(field.name);
    out.push_back(
        json::object{{"kind", kind.kind}, {"title", kind.title}, {"fields", std::move(fields)}});
  }
  return out;
}

json::value certificate_end(const std::vector<DeviceCertificate>& certificates) {
  std::optional<Timestamp> end;
  for (const DeviceCertificate& certificate : certificates) {
    if (!certificate.revoked_at && (!end || certificate.not_after > *end))
      end = certificate.not_after;
  }
  return optional_time(end);
}

net::Response get_device(const Deps& deps, const Call& call) {
  json::object out;
  const Status read = deps.store.read([&](store::Transaction& transaction) -> Status {
    store::Rows& rows = transaction.tenant(call.tenant());
    BARTIZAN_ASSIGN(const Device device, find_device(rows, call));
    BARTIZAN_ASSIGN(auto problems, rows.problems(device.id));
    BARTIZAN_ASSIGN(const auto certificates, rows.certificates(device.id));
    BARTIZAN_ASSIGN(auto observations,
                    rows.observations(device.id, {.limit = kObservationsSearched, .cursor = {}}));
    // Newest by the phone's own order: what was observed earlier may have arrived later.
    std::sort(observations.items.begin(), observations.items.end(),
              [](const store::StoredObservation& a, const store::StoredObservation& b) {
                return a.observation.sequence > b.observation.sequence;
              });
    const std::vector<Problem> open = open_ones(std::move(problems));
    json::value state = nullptr;
    for (const store::StoredObservation& stored : observations.items) {
      if (stored.observation.kind != "device.state") continue;
      state = stored_observation_json(stored);
      break;
    }
    out = to_json(device);
    out.emplace("open_problems",
                list_json(open, [&](const Problem& item) { return problem_json(deps, item); }));
    out.emplace("latest_state", std::move(state));
    BARTIZAN_ASSIGN(json::array apps, apps_json(rows, observations.items, open));
    out.emplace("apps", std::move(apps));
    out.emplace("certificate_expires_at", certificate_end(certificates));
    out.emplace("visible_fields", visible_fields(device.tier));
    return {};
  });
  return read.ok() ? answer(out) : problem(read.error());
}

net::Response list_problems(const Deps& deps, const Call& call) {
  json::object out;
  const Status read = deps.store.read([&](store::Transaction& transaction) -> Status {
    store::Rows& rows = transaction.tenant(call.tenant());
    BARTIZAN_ASSIGN(const Device device, find_device(rows, call));
    BARTIZAN_ASSIGN(auto problems, rows.problems(device.id));
    sort_worst_first(problems);
    out = page_json(
        list_json(problems, [&](const Problem& item) { return problem_json(deps, item); }), "");
    return {};
  });
  return read.ok() ? answer(out) : problem(read.error());
}

// A listing of the phone's rows: `fetch` gets the page, `convert` makes the JSON of an item.
template <typename Fetch, typename Convert>
net::Response list_of(const Deps& deps, const Call& call, Fetch fetch, Convert convert) {
  Query query(call.request);
  if (query.wrong()) return *query.wrong();
  json::object out;
  const Status read = deps.store.read([&](store::Transaction& transaction) -> Status {
    store::Rows& rows = transaction.tenant(call.tenant());
    BARTIZAN_ASSIGN(const Device device, find_device(rows, call));
    BARTIZAN_ASSIGN(const auto page, fetch(rows, device.id, query.page()));
    out = page_json(list_json(page.items, convert), page.next);
    return {};
  });
  return read.ok() ? answer(out) : problem(read.error(), {.name = "cursor"});
}

// The phone is out of the fleet: its certificates end, what it was asked to do is called off.
Status retire(const Deps& deps, store::Rows& rows, const Call& call, DeviceState state,
              Device& device) {
  const Timestamp now = deps.clock.now();
  BARTIZAN_ASSIGN(device, find_device(rows, call));
  if (device.state == state || device.state == DeviceState::kReplaced ||
      device.state == DeviceState::kLeft)
    return Error{ErrorCode::kConflict,
                 "The phone is " + std::string(to_string(device.state)) + " already."};
  const std::string before(to_string(device.state));
  device.state = state;
  const problem::Protection protection = problem::protection_of(device, now);
  device.protection = protection.state;
  device.protection_reason = protection.reason;
  BARTIZAN_TRY(rows.put_device(device));
  BARTIZAN_ASSIGN(const auto certificates, rows.certificates(device.id));
  for (DeviceCertificate certificate : certificates) {
    if (certificate.revoked_at) continue;
    certificate.revoked_at = now;
    BARTIZAN_TRY(rows.put_certificate(certificate));
  }
  BARTIZAN_ASSIGN(
      const auto actions,
      rows.actions({.device_id = device.id, .states = {ActionState::kQueued, ActionState::kSent}},
                   {.limit = 200, .cursor = {}}));
  for (Action action : actions.items) {
    action.state = ActionState::kCancelled;
    action.detail = "The phone is " + std::string(to_string(state)) + ".";
    action.updated_at = now;
    BARTIZAN_TRY(rows.put_action(action));
  }
  return audit(rows, now, deps.random, call.caller.actor(),
               "device." + std::string(to_string(state)), device.id,
               {{"before", before}, {"certificates_revoked", certificates.size()}});
}

net::Response mark_device(const Deps& deps, const Call& call, DeviceState state) {
  Device device;
  const Status written = deps.store.write([&](store::Transaction& transaction) {
    return retire(deps, transaction.tenant(call.tenant()), call, state, device);
  });
  if (written.ok())
    log::info("phone revoked", {{"device", device.id}, {"state", std::string(to_string(state))}});
  return written.ok() ? answer(to_json(device)) : problem(written.error());
}

}  // namespace

void add_device_routes(Router& router, Deps& deps) {
  router.add("listDevices", [&deps](const Call& call) { return list_devices(deps, call); });
  router.add("getDevice", [&deps](const Call& call) { return get_device(deps, call); });
  router.add("listDeviceProblems", [&deps](const Call& call) { return list_problems(deps, call); });
  router.add("listDeviceFindings", [&deps](const Call& call) {
    return list_of(
        deps, call,
        [](store::Rows& rows, const std::string& id, const store::PageRequest& page) {
          return rows.findings(id, page);
        },
        [](const Finding& finding) { return to_json(finding); });
  });
  router.add("listDeviceObservations", [&deps](const Call& call) {
    return list_of(
        deps, call,
        [](store::Rows& rows, const std::string& id, const store::PageRequest& page) {
          return rows.observations(id, page);
        },
        stored_observation_json);
  });
  router.add("listDeviceActions", [&deps](const Call& call) {
    return list_of(
        deps, call,
        [](store::Rows& rows, const std::string& id, const store::PageRequest& page) {
          return rows.actions({.device_id = id, .states = {}}, page);
        },
        [](const Action& action) { return to_json(action); });
  });
  router.add("listDeviceDecisions", [&deps](const Call& call) {
    return list_of(
        deps, call,
        [](store::Rows& rows, const std::string& id, const store::PageRequest& page) {
          return rows.decisions(id, page);
        },
        [](const Decision& decision) { return to_json(decision); });
  });
  const auto mark = [&](std::string_view operation, DeviceState state) {
    router.add(operation,
               [&deps, state](const Call& call) { return mark_device(deps, call, state); });
  };
  mark("markDeviceLost", DeviceState::kLost);
  mark("markDeviceReplaced", DeviceState::kReplaced);
  mark("markDeviceLeft", DeviceState::kLeft);
}

}  // namespace bartizan::server
