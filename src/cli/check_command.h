// bartizan check link URL...|-
#pragma once

#include <istream>
#include <ostream>
#include <span>
#include <string>

namespace bartizan::cli {

// `args` are the words after "check". Exit status: 0 nothing found, 1 a threat found, 2 wrong
// usage, no content, or not one address could be judged.
int run_check(std::span<const std::string> args, std::ostream& out, std::ostream& err);
// The same with the stream that "-" reads, one address a line.
int run_check(std::span<const std::string> args, std::istream& in, std::ostream& out,
              std::ostream& err);

}  // namespace bartizan::cli
