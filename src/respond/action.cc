// Who carries an action out, and what it says to the person.
#include "base/id.h"
#include "respond/respond.h"

namespace bartizan::respond {
namespace {

// What an installation would need for an action that it cannot carry out.
std::string_view needed_for(ActionKind kind) {
  switch (kind) {
    case ActionKind::kRestrictAccess:
      return "Needs an identity provider or an MDM; none is connected";
    case ActionKind::kBlockApp:
    case ActionKind::kRequireUpdate:
    case ActionKind::kLock:
      return "Needs an MDM; none is connected";
    default:
      return "Needs the agent on the phone";
  }
}

// The subject as a person would name it; empty when there is no such name. A key with a dot is a
// package or a host; without one it is a digest or an address that says nothing to anybody.
std::string name_of(const Subject& subject) {
  if (!subject.label.empty()) return subject.label;
  return subject.key.find('.') != std::string::npos ? subject.key : "";
}

std::string title_of(ActionKind kind, const Problem& problem, const Threat& threat) {
  const std::string name = name_of(problem.subject);
  const auto with_name = [&](std::string_view verb, std::string_view fallback) {
    return std::string(verb) + " " + (name.empty() ? std::string(fallback) : name);
  };
  switch (kind) {
    case ActionKind::kNotifyUser:
      return name.empty() ? threat.title : threat.title + ": " + name;
    case ActionKind::kAskRemoveApp:
      return "Please remove " + (name.empty() ? std::string("the app") : name);
    case ActionKind::kBlockApp:
      return with_name("Block", "the app");
    case ActionKind::kBlockDomain:
      return with_name("Block", "the domain");
    case ActionKind::kDisconnectNetwork:
      return "Leave this network";
    case ActionKind::kRequireUpdate:
      return "Update the system";
    case ActionKind::kRestrictAccess:
      return "Keep company data away from this phone";
    case ActionKind::kLock:
      return "Lock the phone";
  }
  return threat.title;
}

// The catalogue's text for the phone's platform: what happened, then the numbered steps. A threat
// that is not of this platform speaks with whatever text it has.
std::string message_of(const Threat& threat, Platform platform) {
  if (threat.user.empty()) return threat.title;
  const auto own = threat.user.find(platform);
  const Advice& advice = own != threat.user.end() ? own->second : threat.user.begin()->second;
  std::string out = advice.what_happened;
  for (std::size_t i = 0; i < advice.what_to_do.size(); ++i)
    out += "\n" + std::to_string(i + 1) + ". " + advice.what_to_do[i];
  return out;
}

}  // namespace

Carrier carrier_for(ActionKind kind, Platform, const Channels& channels) {
  const Carrier agent = channels.agent ? Carrier::kAgent : Carrier::kNobody;
  const Carrier mdm = channels.mdm ? Carrier::kMdm : Carrier::kNobody;
  switch (kind) {
    // The agent blocks domains and cuts a network's traffic by its local VPN, on either platform.
    case ActionKind::kNotifyUser:
    case ActionKind::kAskRemoveApp:
    case ActionKind::kBlockDomain:
    case ActionKind::kDisconnectNetwork:
      return agent;
    case ActionKind::kBlockApp:
    case ActionKind::kRequireUpdate:
    case ActionKind::kLock:
      return mdm;
    case ActionKind::kRestrictAccess:
      return channels.identity_provider ? Carrier::kIdentityProvider : mdm;
  }
  return Carrier::kNobody;
}

std::vector<Action> plan_actions(const Decision& decision, const Problem& problem,
                                 const Device& device, const Threat& threat,
                                 const Channels& channels, Timestamp now, Random& random) {
  std::vector<ActionKind> kinds;
  if (decision.mode == PolicyMode::kWarn) kinds = {ActionKind::kNotifyUser};
  if (decision.mode == PolicyMode::kEnforce) kinds = decision.actions;

  std::vector<Action> out;
  for (const ActionKind kind : kinds) {
    Action action{.id = new_uuid(now, random),
                  .device_id = device.id,
                  .decision_id = decision.id,
                  .problem_id = problem.id,
                  .kind = kind,
                  .subject = problem.subject,
                  .carrier = carrier_for(kind, device.platform, channels),
                  .title = title_of(kind, problem, threat),
                  .message = message_of(threat, device.platform),
                  .created_at = now,
                  .updated_at = now};
    if (action.carrier == Carrier::kNobody) {
      action.state = ActionState::kImpossible;
      action.detail = needed_for(kind);
    }
    out.push_back(std::move(action));
  }
  return out;
}

}  // namespace bartizan::respond
