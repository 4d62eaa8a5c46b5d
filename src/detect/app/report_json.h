// The report of an app as JSON, with the fields of docs/cli.md.
#pragma once

#include "base/json.h"
#include "detect/app/judged_app.h"

namespace bartizan::detect {

json::object report_json(const JudgedApp& app);

}  // namespace bartizan::detect
