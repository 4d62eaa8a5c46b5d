#include "agent/core/phone_state.h"

#include <algorithm>

#include "base/file.h"
#include "problem/fold.h"

namespace bartizan::agent {
namespace {

constexpr std::size_t kMaxFileBytes = 4 << 20;
// A phone has tens of problems; resolved ones are kept for reopening until there are too many.
constexpr std::size_t kMaxProblems = 1000;

Result<json::object> read_object(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return json::object{};
  BARTIZAN_ASSIGN(const std::string text, read_file(path, kMaxFileBytes));
  return parse_json_object(text);
}

std::string text_of(const json::object& object, std::string_view key) {
  return std::string(get_string(object, key).value_or(""));
}

// As the server assigns actions to carriers; the others need an MDM or an identity provider.
bool agent_carries(ActionKind kind) {
  return kind == ActionKind::kNotifyUser || kind == ActionKind::kAskRemoveApp ||
         kind == ActionKind::kBlockDomain || kind == ActionKind::kDisconnectNetwork;
}

}  // namespace

PhoneState::PhoneState(std::filesystem::path folder, Device device)
    : folder_(std::move(folder)), device_(std::move(device)) {}

Result<PhoneState> PhoneState::open(std::filesystem::path folder, Device device) {
  PhoneState state(std::move(folder), std::move(device));
  BARTIZAN_ASSIGN(const json::object problems, read_object(state.folder_ / "problems.json"));
  if (const json::array* items = get_array(problems, "problems")) {
    for (const json::value& item : *items) {
      if (!item.is_object()) continue;
      BARTIZAN_ASSIGN(Problem problem, problem_from_json(item.get_object()));
      state.problems_.push_back(std::move(problem));
    }
  }
  BARTIZAN_ASSIGN(const json::object policies, read_object(state.folder_ / "policies.json"));
  std::vector<PolicyDocument> documents;
  if (const json::array* items = get_array(policies, "policies")) {
    for (const json::value& item : *items) {
      if (!item.is_object()) continue;
      const json::object& object = item.get_object();
      documents.push_back({.id = text_of(object, "id"),
                           .version = static_cast<int>(get_int(object, "version").value_or(1)),
                           .source = text_of(object, "source")});
    }
  }
  BARTIZAN_TRY(state.compile(documents));
  return state;
}

Result<std::vector<Transition>> PhoneState::fold(std::span<const Finding> findings,
                                                 std::span<const Clearance> clearances,
                                                 std::span<const Threat> catalogue, Timestamp now) {
  (void)problem::expire(problems_, now);
  std::vector<Transition> transitions =
      problem::fold(problems_, findings, clearances, 0, catalogue, now);
  if (transitions.empty()) return transitions;
  if (problems_.size() > kMaxProblems) {
    std::erase_if(problems_,
                  [](const Problem& problem) { return problem.state == ProblemState::kResolved; });
  }
  json::array kept;
  for (Problem problem : problems_) {
    problem.subject.label.clear();
    kept.push_back(to_json(problem));
  }
  BARTIZAN_TRY(write_file_durably(folder_ / "problems.json",
                                  json::serialize(json::object{{"problems", std::move(kept)}})));
  return transitions;
}

Status PhoneState::compile(const std::vector<PolicyDocument>& documents) {
  std::vector<policy::Policy> compiled;
  for (const PolicyDocument& document : documents) {
    BARTIZAN_ASSIGN(policy::Policy policy, policy::Policy::compile(document));
    compiled.push_back(std::move(policy));
  }
  policies_ = std::move(compiled);
  return {};
}

Status PhoneState::set_policies(std::vector<PolicyDocument> documents) {
  BARTIZAN_TRY(compile(documents));
  json::array kept;
  for (const PolicyDocument& document : documents) {
    kept.push_back(json::object{
        {"id", document.id}, {"version", document.version}, {"source", document.source}});
  }
  return write_file_durably(folder_ / "policies.json",
                            json::serialize(json::object{{"policies", std::move(kept)}}));
}

std::optional<Decision> PhoneState::decide(const Problem& problem, Timestamp now) const {
  const policy::Policy* policy = policy::policy_for(policies_, device_);
  if (policy == nullptr) return std::nullopt;
  Device device = device_;
  device.risk = problem::risk_of(problems_);
  return policy->decide(problem, device, now);
}

std::vector<Action> offline_actions(const Decision& decision, const Problem& problem,
                                    const Device& device, const Threat& threat, Timestamp now) {
  std::vector<ActionKind> kinds;
  if (decision.mode == PolicyMode::kWarn) kinds = {ActionKind::kNotifyUser};
  if (decision.mode == PolicyMode::kEnforce) kinds = decision.actions;
  std::erase_if(kinds, [](ActionKind kind) { return !agent_carries(kind); });
  std::string message;
  const auto advice = threat.user.find(device.platform);
  if (advice != threat.user.end()) {
    message = advice->second.what_happened;
    for (const std::string& step : advice->second.what_to_do) message += "\n" + step;
  }
  std::vector<Action> out;
  for (const ActionKind kind : kinds) {
    out.push_back({.id = decision.id,
                   .device_id = device.id,
                   .decision_id = decision.id,
                   .problem_id = problem.id,
                   .kind = kind,
                   .subject = problem.subject,
                   .title = threat.title,
                   .message = message,
                   .created_at = now,
                   .updated_at = now});
  }
  return out;
}

}  // namespace bartizan::agent
