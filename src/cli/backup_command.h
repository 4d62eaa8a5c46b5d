// bartizan backup, bartizan restore
#pragma once

#include <ostream>
#include <span>
#include <string>

namespace bartizan::cli {

// Exit status: 0 done, 2 not done.
int run_backup(std::span<const std::string> args, std::ostream& out, std::ostream& err);
int run_restore(std::span<const std::string> args, std::ostream& out, std::ostream& err);

}  // namespace bartizan::cli
