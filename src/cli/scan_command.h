// bartizan scan app|profile FILE...
#pragma once

#include <ostream>
#include <span>
#include <string>

namespace bartizan::cli {

// Judges app packages and configuration profiles. Exit status 0: nothing found, 1: a threat found,
// 2: an error (which goes before 1). Text for people, or with --json one object a line, described
// in docs/cli.md.
int run_scan(std::span<const std::string> args, std::ostream& out, std::ostream& err);

}  // namespace bartizan::cli
