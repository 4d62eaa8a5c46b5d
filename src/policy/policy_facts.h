// What a policy rule, a suppression or a device group may ask about a problem and its phone.
#pragma once

#include "base/json.h"
#include "base/time.h"
#include "model/device.h"
#include "model/problem.h"
#include "rules/condition.h"

namespace bartizan::policy {

// threat, vector, severity, confidence, subject (its kind), subject_key, subject_label, count,
// reopened, opened_at; platform, ownership, group, privacy_tier, model, os_version, protection;
// now. "Open for three days" is `opened_at|older_than: 3d`.
const rules::FactSchema& fact_schema();

// The part of it that is the phone's alone, by which a policy may select its phones.
const rules::FactSchema& device_fact_schema();

json::object facts_of(const Device& device);
json::object facts_of(const Problem& problem, const Device& device, Timestamp now);

// The device's group, or its ownership ("corporate", "personal") when it has none.
std::string group_of(const Device& device);

}  // namespace bartizan::policy
