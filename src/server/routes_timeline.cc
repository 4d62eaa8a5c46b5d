// One phone's history: what was seen, concluded, decided and done, in one list.
#include <algorithm>

#include "model/observation_schema.h"
#include "server/input.h"
#include "server/routes.h"
#include "server/view.h"

namespace bartizan::server {
namespace {

struct Entry {
  Timestamp at;
  std::string_view kind;
  std::string id;
  std::string title;
  std::string detail;
  std::optional<Severity> severity;
};

json::object entry_json(const Entry& entry) {
  return {{"at", to_rfc3339(entry.at)},
          {"kind", entry.kind},
          {"id", entry.id},
          {"title", entry.title},
          {"detail", entry.detail},
          {"severity", entry.severity ? json::value(to_string(*entry.severity)) : nullptr}};
}

std::string joined(const std::vector<std::string>& values) {
  std::string out;
  for (const std::string& value : values) out += (out.empty() ? "" : "; ") + value;
  return out;
}

// The one field of an observation that tells it from others of its kind.
std::string gist(const Observation& observation) {
  for (const char* field :
       {"package", "url", "ssid", "threat", "subject", "patch_level", "network"}) {
    if (const auto value = get_string(observation.body, field)) return std::string(*value);
  }
  return {};
}

Entry of(const store::StoredObservation& stored, PrivacyTier tier) {
  const KindSpec* kind = find_kind(tier, stored.observation.kind);
  return {.at = stored.observation.observed_at,
          .kind = "observation",
          .id = stored.observation.id,
          .title = kind == nullptr ? stored.observation.kind : std::string(kind->title),
          .detail = gist(stored.observation),
          .severity = std::nullopt};
}

std::string words(std::string_view spelling) {
  std::string out(spelling);
  std::replace(out.begin(), out.end(), '_', ' ');
  return out;
}

void add_problem(const Deps& deps, const Problem& problem, std::vector<Entry>& entries) {
  const std::string title = threat_title(deps, problem.threat);
  const std::string subject =
      problem.subject.label.empty() ? problem.subject.key : problem.subject.label;
  entries.push_back({.at = problem.opened_at,
                     .kind = "problem_opened",
                     .id = problem.id,
                     .title = title,
                     .detail = subject,
                     .severity = problem.severity});
  if (!problem.resolved_at) return;
  entries.push_back({.at = *problem.resolved_at,
                     .kind = "problem_resolved",
                     .id = problem.id,
                     .title = title,
                     .detail = problem.resolved_by,
                     .severity = problem.severity});
}

Result<std::vector<Entry>> entries_of(const Deps& deps, store::Rows& rows, const Device& device,
                                      int limit) {
  const store::PageRequest page{.limit = limit, .cursor = {}};
  std::vector<Entry> out;
  BARTIZAN_ASSIGN(const auto observations, rows.observations(device.id, page));
  for (const auto& stored : observations.items) out.push_back(of(stored, device.tier));
  BARTIZAN_ASSIGN(const auto findings, rows.findings(device.id, page));
  for (const Finding& finding : findings.items) {
    out.push_back({.at = finding.judged_with.evaluated_at,
                   .kind = "finding",
                   .id = finding.id,
                   .title = threat_title(deps, finding.threat),
                   .detail = finding.summary,
                   .severity = finding.severity});
  }
  BARTIZAN_ASSIGN(const auto problems, rows.problems(device.id));
  for (const Problem& problem : problems) add_problem(deps, problem, out);
  BARTIZAN_ASSIGN(const auto decisions, rows.decisions(device.id, page));
  for (const Decision& decision : decisions.items) {
    out.push_back({.at = decision.decided_at,
                   .kind = "decision",
                   .id = decision.id,
                   .title = "Policy " + decision.policy + ", rule " + decision.rule + " (" +
                            std::string(to_string(decision.mode)) + ")",
                   .detail = joined(decision.reasons),
                   .severity = std::nullopt});
  }
  BARTIZAN_ASSIGN(const auto actions, rows.actions({.device_id = device.id, .states = {}}, page));
  for (const Action& action : actions.items) {
    out.push_back({.at = action.updated_at,
                   .kind = "action",
                   .id = action.id,
                   .title = words(to_string(action.kind)) + ": " + words(to_string(action.state)),
                   .detail = action.detail.empty() ? action.title : action.detail,
                   .severity = std::nullopt});
  }
  return out;
}

net::Response timeline(const Deps& deps, const Call& call) {
  Query query(call.request);
  if (query.wrong()) return *query.wrong();
  const int limit = query.page().limit;
  std::vector<Entry> entries;
  const Status read = deps.store.read([&](store::Transaction& transaction) -> Status {
    store::Rows& rows = transaction.tenant(call.tenant());
    BARTIZAN_ASSIGN(const auto device, rows.device(call.parameter("id")));
    if (!device) return Error{ErrorCode::kNotFound, "There is no such phone."};
    BARTIZAN_ASSIGN(entries, entries_of(deps, rows, *device, limit));
    return {};
  });
  if (!read.ok()) return problem(read.error());
  std::stable_sort(entries.begin(), entries.end(),
                   [](const Entry& a, const Entry& b) { return a.at > b.at; });
  if (entries.size() > static_cast<std::size_t>(limit))
    entries.resize(static_cast<std::size_t>(limit));
  return answer(page_json(list_json(entries, entry_json), ""));
}

}  // namespace

void add_timeline_routes(Router& router, Deps& deps) {
  router.add("getDeviceTimeline", [&deps](const Call& call) { return timeline(deps, call); });
}

}  // namespace bartizan::server
