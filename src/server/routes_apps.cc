// App packages: upload one, read what was found.
#include "base/log.h"
#include "detect/app/fleet_signers.h"
#include "server/audit.h"
#include "server/fleet_apps.h"
#include "server/input.h"
#include "server/near_apps.h"
#include "server/routes.h"
#include "server/uploaded_report.h"
#include "server/view.h"

namespace bartizan::server {
namespace {

constexpr std::size_t kMaxInstaller = 255;

std::string text_of(const json::object& report, std::string_view name) {
  const json::value* value = report.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

ScannedApp scanned_app(const json::object& report, Timestamp now, std::string actor) {
  const json::value* size = report.if_contains("size");
  const json::object compared = observation_of_report(report, now).body;
  return {.sha256 = text_of(report, "sha256"),
          .package = text_of(report, "package"),
          .label = text_of(report, "label"),
          .version_name = text_of(report, "version_name"),
          .verdict = text_of(report, "verdict"),
          .size = size != nullptr && size->is_int64() ? size->get_int64() : 0,
          .scanned_at = now,
          .scanned_by = std::move(actor),
          .report = json::serialize(report),
          .tlsh = text_of(report, "tlsh"),
          .signer = detect::app_signer_of(compared).value_or(AppSigner{}),
          .icon_hash = text_of(compared, "icon_hash")};
}

std::vector<std::string> techniques_of(const json::object& report) {
  std::vector<std::string> out;
  const json::value* ids = report.if_contains("techniques");
  if (ids == nullptr || !ids->is_array()) return out;
  for (const json::value& id : ids->get_array()) {
    if (id.is_string()) out.emplace_back(id.get_string());
  }
  return out;
}

// Completes the report by what the tenant's phones say and keeps it.
Status keep(Deps& deps, const std::string& tenant, const std::optional<std::string>& installer,
            json::object& report, std::string actor) {
  return deps.store.write([&](store::Transaction& transaction) -> Status {
    store::Rows& rows = transaction.tenant(tenant);
    const Timestamp now = deps.clock.now();
    const detect::Context context{.content = *deps.content, .evaluated_at = now};
    BARTIZAN_TRY(add_fleet(rows, context, report));
    BARTIZAN_ASSIGN(const auto near, find_near_apps(rows, report));
    judge_near_apps(near, context, installer, report);
    const ScannedApp app = scanned_app(report, now, std::move(actor));
    BARTIZAN_TRY(rows.put_scanned_app(app));
    list_near_apps(near, report);  // in the answer alone: another day has others
    return audit(rows, app.scanned_at, deps.random, app.scanned_by, "app.scanned", app.sha256,
                 {{"package", app.package}, {"verdict", app.verdict}});
  });
}

void scan_app(Deps& deps, const Call& call, net::Responder respond) {
  const auto installers = call.request.query_value("installer");
  if (installers && installers->size() > kMaxInstaller)
    return respond(
        problem(400, "invalid", "installer is longer than a package name.", {.name = "installer"}));
  if (!call.request.body_file || call.request.body_file->size() == 0)
    return respond(problem(400, "invalid", "The body must be the app package."));
  std::optional<std::string> installer;
  if (installers) installer = std::string(*installers);
  const std::optional<std::string> told = installer;
  // Shared, because std::function wants something copyable.
  const auto later = std::make_shared<net::Responder>(std::move(respond));
  const Status submitted =
      deps.scan_app(call.request.body_file, std::move(installer),
                    [&deps, later, told, tenant = call.tenant(),
                     actor = call.caller.actor()](Result<json::object> report) {
                      if (!report.ok()) return (*later)(problem(report.error()));
                      const Status kept = keep(deps, tenant, told, *report, actor);
                      (*later)(kept.ok() ? answer(*report) : problem(kept.error()));
                    });
  if (!submitted.ok()) (*later)(problem(submitted.error()));
}

net::Response list_apps(const Deps& deps, const Call& call) {
  Query query(call.request);
  const store::ScannedAppFilter filter{.verdicts = query.enums<AppVerdict>("verdict"),
                                       .text = query.text("q")};
  if (query.wrong()) return *query.wrong();
  json::object out;
  const Status read = deps.store.read([&](store::Transaction& transaction) -> Status {
    BARTIZAN_ASSIGN(const auto page,
                    transaction.tenant(call.tenant()).scanned_apps(filter, query.page()));
    out = page_json(list_json(page.items, scanned_app_json), page.next);
    return {};
  });
  return read.ok() ? answer(out) : problem(read.error(), {.name = "cursor"});
}

net::Response get_app(const Deps& deps, const Call& call) {
  std::optional<ScannedApp> app;
  json::object report;
  const Status read = deps.store.read([&](store::Transaction& transaction) -> Status {
    store::Rows& rows = transaction.tenant(call.tenant());
    BARTIZAN_ASSIGN(app, rows.scanned_app(call.parameter("sha256")));
    if (!app) return {};
    BARTIZAN_ASSIGN(report, parse_json_object(app->report));
    BARTIZAN_ASSIGN(const auto near, find_near_apps(rows, report));
    list_near_apps(near, report);
    return {};
  });
  if (!read.ok()) return problem(read.error());
  if (!app) return problem(404, "not_found", "No app with this digest was scanned.");
  json::object out = scanned_app_json(*app);
  out["techniques"] = techniques_json(deps, techniques_of(report));
  out["report"] = std::move(report);
  return answer(out);
}

}  // namespace

void add_app_routes(Router& router, Deps& deps) {
  router.add_deferred("scanApp", [&deps](const Call& call, net::Responder respond) {
    scan_app(deps, call, std::move(respond));
  });
  router.add("listApps", [&deps](const Call& call) { return list_apps(deps, call); });
  router.add("getApp", [&deps](const Call& call) { return get_app(deps, call); });
}

}  // namespace bartizan::server
