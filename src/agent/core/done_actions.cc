#include "agent/core/done_actions.h"

#include <algorithm>

#include "base/file.h"
#include "base/json.h"

namespace bartizan::agent {
namespace {

constexpr std::size_t kMaxFileBytes = 1 << 20;

std::string text_of(const json::object& object, std::string_view key) {
  return std::string(get_string(object, key).value_or(""));
}

}  // namespace

Result<DoneActions> DoneActions::open(std::filesystem::path file) {
  DoneActions done(std::move(file));
  std::error_code error;
  if (!std::filesystem::exists(done.file_, error)) return done;
  BARTIZAN_ASSIGN(const std::string text, read_file(done.file_, kMaxFileBytes));
  const auto object = parse_json_object(text);
  if (!object.ok()) return object.error().within(done.file_.string());
  const json::array* items = get_array(*object, "actions");
  if (items == nullptr) return done;
  for (const json::value& item : *items) {
    if (done.entries_.size() == kMaxDoneActions) break;
    if (!item.is_object()) continue;
    const json::object& entry = item.get_object();
    const auto kind = parse_enum<ActionKind>(text_of(entry, "kind"));
    const auto state = parse_enum<ActionState>(text_of(entry, "state"));
    if (!kind || !state) {
      return Error{ErrorCode::kInvalid, done.file_.string() + ": unknown kind or state"};
    }
    done.entries_.push_back({text_of(entry, "action"),
                             text_of(entry, "problem"),
                             *kind,
                             {*state, text_of(entry, "detail")}});
  }
  return done;
}

Status DoneActions::save() const {
  json::array items;
  for (const Entry& entry : entries_) {
    items.push_back(json::object{{"action", entry.action_id},
                                 {"problem", entry.problem_id},
                                 {"kind", to_string(entry.kind)},
                                 {"state", to_string(entry.outcome.state)},
                                 {"detail", entry.outcome.detail}});
  }
  return write_file_durably(file_, json::serialize(json::object{{"actions", std::move(items)}}));
}

std::optional<ActionOutcome> DoneActions::outcome_of(const Action& action) {
  for (const Entry& entry : entries_) {
    if (!entry.action_id.empty() && entry.action_id == action.id) return entry.outcome;
  }
  if (action.problem_id.empty()) return std::nullopt;
  const auto by_policy = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return entry.action_id.empty() && entry.problem_id == action.problem_id &&
           entry.kind == action.kind;
  });
  if (by_policy == entries_.end()) return std::nullopt;
  by_policy->action_id = action.id;
  // Unsaved, the next run takes it for done all the same.
  (void)save();
  return by_policy->outcome;
}

Status DoneActions::add(const Action& action, const ActionOutcome& outcome, bool by_policy) {
  if (entries_.size() == kMaxDoneActions) entries_.erase(entries_.begin());
  entries_.push_back({by_policy ? "" : action.id, action.problem_id, action.kind, outcome});
  return save();
}

void DoneActions::forget_policy_actions(const std::string& problem_id) {
  const auto forgotten = std::erase_if(entries_, [&](const Entry& entry) {
    return entry.action_id.empty() && entry.problem_id == problem_id;
  });
  if (forgotten != 0) (void)save();
}

}  // namespace bartizan::agent
