// A scanned app as behaviours ask about it: the facts of intel/app_facts.h.
#pragma once

#include "base/json.h"
#include "detect/app/behaviors.h"
#include "detect/app/code.h"
#include "intel/behavior.h"

namespace bartizan::detect {

struct AppReport;  // detect/app/report.h

// The facts that have no place in the code. What could not be read is missing.
json::object behavior_file_facts(const AppReport& report);

// `code` was analysed for the code patterns of `behaviors`. Without any DEX file nothing is known.
CodeFacts behavior_code_facts(const CodeReport& code, const intel::BehaviorSet& behaviors);

}  // namespace bartizan::detect
