// What a tenant's other phones add to the verdict about an app on one of them.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "base/json.h"
#include "detect/detector.h"
#include "model/problem.h"
#include "store/store.h"

namespace bartizan::server {

// Remembers who signed the app of an app.installed observation, forgets it for app.removed, and
// gives the verdict anew where the signers on other phones change it. Nothing: they do not. Other
// kinds cost nothing, an installed app one look into an index. Observations that arrive after newer
// ones of their phone must not come here.
Result<std::optional<detect::Verdict>> judge_in_fleet(store::Rows& rows,
                                                      const Observation& observation,
                                                      const detect::Verdict& verdict,
                                                      const detect::Context& context,
                                                      std::span<const Problem> problems);

// Adds to the report of an uploaded app (docs/cli.md) `fleet`: who signed its package on the
// tenant's phones; and the finding when that is mostly somebody else.
Status add_fleet(store::Rows& rows, const detect::Context& context, json::object& report);

}  // namespace bartizan::server
