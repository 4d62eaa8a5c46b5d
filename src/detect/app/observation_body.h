// The report of a scan as an observation: the facts that rules and other detectors judge.
#pragma once

#include <optional>
#include <string>

#include "base/json.h"
#include "detect/app/report.h"

namespace bartizan::detect {

// The body of an app.installed observation; `installer` is absent when nobody knows it.
json::object app_observation_body(const AppReport& report,
                                  const std::optional<std::string>& installer);

}  // namespace bartizan::detect
