// Loads the threat catalogue, content/threats/VECTOR/NAME.yaml, one threat a file (docs/rules.md).
#pragma once

#include <filesystem>
#include <vector>

#include "base/result.h"
#include "model/threat.h"

namespace bartizan::intel {

// The threats below `folder` in the order of their ids. Every field of a threat is required, an
// unknown key is refused, the id is the folder's and the file's name ("app/stalkerware.yaml" is
// app.stalkerware), and resolve conditions are checked. Errors read "file:line: message".
Result<std::vector<Threat>> load_threats(const std::filesystem::path& folder);

}  // namespace bartizan::intel
