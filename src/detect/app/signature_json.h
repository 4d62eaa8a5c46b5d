// The signature's part of an app report in JSON.
#pragma once

#include "base/json.h"
#include "detect/app/report.h"

namespace bartizan::detect {

// The fields are described in docs/cli.md.
json::object signature_json(const AppReport& report);

}  // namespace bartizan::detect
