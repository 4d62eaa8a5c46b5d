// Where the programs find the content pack.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/result.h"

namespace bartizan::cli {

// The first of: `option` (of --content, empty when not given), the environment's BARTIZAN_CONTENT,
// "content" beside the program, the source tree's content folder known when this was built.
// kNotFound when none is a folder; a location that was asked for by name is not passed over.
Result<std::filesystem::path> find_content(std::string_view option);

}  // namespace bartizan::cli
