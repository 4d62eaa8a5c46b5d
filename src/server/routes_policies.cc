// Policies: read, replace, switch a rule's mode.
#include <algorithm>
#include <charconv>

#include "base/log.h"
#include "server/housekeeping.h"
#include "server/input.h"
#include "server/routes.h"
#include "server/view.h"

namespace bartizan::server {
namespace {

constexpr std::size_t kMaxSource = 256 * 1024;

std::string etag_of(const PolicyDocument& document) {
  return "\"" + document.id + "-" + std::to_string(document.version) + "\"";
}

// Errors of the compiler begin "file:line: "; the line goes into the answer for an editor.
net::Response compile_problem(const Error& error) {
  if (error.code != ErrorCode::kInvalid) return problem(error);
  const std::string& text = error.message;
  const std::size_t colon = text.find(':');
  int line = 0;
  const char* end = text.data() + text.size();
  if (colon != std::string::npos) std::from_chars(text.data() + colon + 1, end, line);
  if (line <= 0) return problem(400, "invalid_policy", text, {.name = "source"});
  return problem(400, "invalid_policy", text,
                 {.name = text.substr(0, colon) + ":" + std::to_string(line), .line = line});
}

struct Found {
  std::shared_ptr<const CompiledPolicies> set;
  const PolicyDocument* document = nullptr;
  const policy::Policy* policy = nullptr;
};
Found find(const Deps& deps, const std::string& id) {
  Found out{.set = deps.policies.current()};
  for (std::size_t i = 0; i < out.set->documents.size(); ++i) {
    if (out.set->documents[i].id != id) continue;
    out.document = &out.set->documents[i];
    out.policy = &out.set->policies[i];
  }
  return out;
}

net::Response detail(const Deps& deps, const Call& call) {
  const Found found = find(deps, call.parameter("id"));
  if (found.document == nullptr)
    return problem(404, "not_found", "There is no policy of this name.");
  std::vector<PolicyDocument> history;
  const Status read = deps.store.read([&](store::Transaction& transaction) -> Status {
    BARTIZAN_ASSIGN(history, transaction.tenant(call.tenant()).policy_history(found.document->id));
    return {};
  });
  if (!read.ok()) return problem(read.error());
  std::sort(history.begin(), history.end(),
            [](const PolicyDocument& a, const PolicyDocument& b) { return a.version > b.version; });
  json::object out = policy_json(*found.document, *found.policy);
  out.emplace("source", found.document->source);
  out.emplace("history", list_json(history, [](const PolicyDocument& document) {
                return json::object{{"version", document.version},
                                    {"author", document.author},
                                    {"created_at", to_rfc3339(document.created_at)},
                                    {"source", document.source}};
              }));
  net::Response response = answer(out);
  response.headers.push_back({"ETag", etag_of(*found.document)});
  return response;
}

// Stores `source` as the next version and answers the policy as it then stands. Phones with open
// problems are judged anew in the background.
net::Response change(Deps& deps, const Call& call, const Found& found, const std::string& source,
                     std::string_view audit_action, const json::object& audit_detail) {
  if (const auto expected = call.request.header("if-match");
      expected && *expected != "*" && *expected != etag_of(*found.document))
    return problem(412, "changed_meanwhile", "Somebody else changed this policy meanwhile.");
  const auto changed = deps.policies.change(
      deps.store, call.tenant(), found.document->id, source, found.document->version,
      call.caller.actor(), audit_action, audit_detail, deps.clock.now(), deps.random);
  if (!changed) return compile_problem(changed.error());
  deps.later(std::chrono::milliseconds(0), [&deps, tenant = call.tenant()] {
    const Status decided = decide_again(deps, tenant);
    if (!decided.ok()) log::error("policies not applied anew", {{"why", decided.error().message}});
  });
  return detail(deps, call);
}

net::Response put_policy(Deps& deps, const Call& call) {
  Input input(call.request, {"source"});
  const std::string source = input.text("source", kMaxSource);
  if (input.wrong()) return *input.wrong();
  const Found found = find(deps, call.parameter("id"));
  if (found.document == nullptr)
    return problem(404, "not_found", "There is no policy of this name.");
  return change(deps, call, found, source, "policy.changed",
                {{"sha256_before", sha256_hex(as_bytes(found.document->source))},
                 {"sha256_after", sha256_hex(as_bytes(source))}});
}

net::Response set_mode(Deps& deps, const Call& call) {
  Input input(call.request, {"mode"});
  const PolicyMode mode = input.required_enum<PolicyMode>("mode");
  if (input.wrong()) return *input.wrong();
  const Found found = find(deps, call.parameter("id"));
  if (found.document == nullptr)
    return problem(404, "not_found", "There is no policy of this name.");
  const std::string& rule = call.parameter("rule");
  std::optional<PolicyMode> before;
  for (const policy::RuleSummary& summary : found.policy->rules()) {
    if (summary.name == rule) before = summary.mode;
  }
  if (!before) return problem(404, "not_found", "The policy has no rule of this name.");
  if (*before == mode) return detail(deps, call);
  const auto source = policy::with_mode(found.document->source, rule, mode);
  if (!source) return problem(source.error());
  return change(deps, call, found, *source, "policy.mode_changed",
                {{"rule", rule}, {"before", to_string(*before)}, {"after", to_string(mode)}});
}

net::Response list_policies(const Deps& deps) {
  const auto set = deps.policies.current();
  json::array items;
  for (std::size_t i = 0; i < set->documents.size(); ++i)
    items.push_back(policy_json(set->documents[i], set->policies[i]));
  return answer(page_json(std::move(items), ""));
}

}  // namespace

void add_policy_routes(Router& router, Deps& deps) {
  router.add("listPolicies", [&deps](const Call&) { return list_policies(deps); });
  router.add("getPolicy", [&deps](const Call& call) { return detail(deps, call); });
  router.add("putPolicy", [&deps](const Call& call) { return put_policy(deps, call); });
  router.add("setRuleMode", [&deps](const Call& call) { return set_mode(deps, call); });
}

}  // namespace bartizan::server
