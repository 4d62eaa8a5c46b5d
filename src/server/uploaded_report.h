// The report of an uploaded app (docs/cli.md) as what the engine judges, and findings added to it.
#pragma once

#include "base/json.h"
#include "model/finding.h"
#include "model/observation.h"

namespace bartizan::server {

// Of an app.installed observation: who the app is and who signed it, and what it is compared by.
Observation observation_of_report(const json::object& report, Timestamp now);

// The report has a finding of the threat about the app itself.
bool has_finding(const json::object& report, std::string_view threat);

// Adds the finding, its techniques and what it means for the verdict.
void add_finding(const Finding& finding, json::object& report);

}  // namespace bartizan::server
