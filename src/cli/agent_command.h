// bartizan agent --server URL --token TOKEN --scenario FILE
#pragma once

#include <ostream>
#include <span>
#include <string>

namespace bartizan::cli {

// Plays one simulated phone, or a fleet of them, against a server. Exit status 0: played to its end
// or stopped by a signal, 2: an error. Blocks SIGINT and SIGTERM in the calling thread.
int run_agent(std::span<const std::string> args, std::ostream& out, std::ostream& err);

}  // namespace bartizan::cli
