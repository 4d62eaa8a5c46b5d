// bartizan serve
#pragma once

#include <ostream>
#include <span>
#include <string>

namespace bartizan::cli {

// Runs until SIGINT or SIGTERM. Exit status: 0 stopped, 2 could not start.
int run_serve(std::span<const std::string> args, std::ostream& out, std::ostream& err);

}  // namespace bartizan::cli
