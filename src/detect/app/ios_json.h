// The facts of an iOS app as the report shows them.
#pragma once

#include <string>

#include "base/json.h"
#include "detect/app/ios_facts.h"

namespace bartizan::detect {

json::object ios_json(const IosFacts& ios);  // the member "ios" of docs/cli.md
std::string ios_text(const IosFacts& ios);   // lines, each indented by two

}  // namespace bartizan::detect
