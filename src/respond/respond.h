// From transitions and decisions to alerts (for people), actions (for machines) and outbox items
// (for connectors). Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/crypto.h"
#include "model/device.h"
#include "model/outbox.h"
#include "model/problem.h"
#include "model/response.h"
#include "model/threat.h"

namespace bartizan::respond {

// Which channels this installation has. The agent can notify, ask, block a domain, leave a network;
// it cannot uninstall, force an update or lock.
struct Channels {
  bool agent = true;
  bool mdm = false;
  bool identity_provider = false;
};

Carrier carrier_for(ActionKind kind, Platform platform, const Channels& channels);

// The actions of a decision in mode warn (notify_user alone) or enforce (all); none in audit.
// Titles and messages come from the catalogue's user text for the device's platform. An action
// nobody can carry out has state kImpossible and says why.
std::vector<Action> plan_actions(const Decision& decision, const Problem& problem,
                                 const Device& device, const Threat& threat,
                                 const Channels& channels, Timestamp now, Random& random);

// The alert of a problem after a transition: `current` is the stored one, if any. One alert a
// problem; its count and times follow; a reopened problem reopens the alert; a resolved problem
// closes it.
Alert update_alert(const std::optional<Alert>& current, const Transition& transition, Timestamp now,
                   Random& random);

// The event connectors deliver, in one stable JSON form (docs/events.md).
OutboxItem outbox_item(const Transition& transition, const Alert& alert, const Device& device,
                       const Finding* finding, const Threat& threat,
                       std::span<const Action> actions, Timestamp now, Random& random);

// The event of an action that its carrier tried and could not do.
OutboxItem action_failed_item(const Action& action, const Problem& problem, const Alert& alert,
                              const Device& device, const Threat& threat, Timestamp now,
                              Random& random);

}  // namespace bartizan::respond
