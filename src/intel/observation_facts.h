// What a rule or a resolve condition may ask about an observation: the fields of its kind, and the
// few facts derived from them. Schema and values stand side by side, so that neither can drift.
#pragma once

#include <optional>
#include <string_view>

#include "base/json.h"
#include "base/time.h"
#include "model/observation.h"
#include "rules/condition.h"

namespace bartizan::intel {

// The fields of `kind` as the phone itself sees them (every tier's), and the derived facts: `now`
// (time of the verdict) and `platform` for all kinds, `patch_age_days` and `os_major` for
// device.state. Nothing for an unknown kind.
std::optional<rules::FactSchema> fact_schema(std::string_view kind);

// The observation's body with the derived facts in it. A fact whose source is missing is missing.
json::object facts_of(const Observation& observation, Timestamp evaluated_at, Platform platform);

}  // namespace bartizan::intel
