// bartizan check message FILE|-
#pragma once

#include <istream>
#include <ostream>
#include <span>
#include <string>

namespace bartizan::cli {

// `args` are the words after "check message", `in` is what "-" and --batch read. Exit status: 0
// nothing found, 1 a message that warns or blocks, 2 wrong usage, no content, or an unreadable
// file.
int run_check_message(std::span<const std::string> args, std::istream& in, std::ostream& out,
                      std::ostream& err);

}  // namespace bartizan::cli
