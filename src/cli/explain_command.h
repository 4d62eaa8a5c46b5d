// bartizan explain [THREAT | FILE]
#pragma once

#include <ostream>
#include <span>
#include <string>

namespace bartizan::cli {

// Explains a threat of the catalogue, or the findings in a file of JSON lines as `scan` and `check`
// print them; without an argument lists the catalogue. Exit status 0, or 2 for an error.
int run_explain(std::span<const std::string> args, std::ostream& out, std::ostream& err);

}  // namespace bartizan::cli
