// bartizan model evaluate apps: how well the shipped classifier ranks somebody's labelled apps.
#pragma once

#include <iosfwd>
#include <span>
#include <string>

namespace bartizan::cli {

// 0: measured, 2: wrong usage or nothing could be measured.
int run_model(std::span<const std::string> args, std::ostream& out, std::ostream& err);

}  // namespace bartizan::cli
