// `bartizan worker`: the process of the sandbox, started by the server.
#pragma once

#include <ostream>
#include <span>
#include <string>

namespace bartizan::cli {

int run_worker(std::span<const std::string> args, std::ostream& out, std::ostream& err);

}  // namespace bartizan::cli
