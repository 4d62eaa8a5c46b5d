// bartizan check mail FILE...
#pragma once

#include <ostream>
#include <span>
#include <string>

namespace bartizan::cli {

// `args` are the words after "check mail". Exit status: 0 nothing found, 1 a mail that warns or
// blocks, 2 wrong usage, no content, or a file could not be judged.
int run_check_mail(std::span<const std::string> args, std::ostream& out, std::ostream& err);

}  // namespace bartizan::cli
