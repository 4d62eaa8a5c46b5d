// bartizan admin: what whoever may read the data folder can do about accounts and enrolment.
#pragma once

#include <ostream>
#include <span>
#include <string>

namespace bartizan::cli {

// Works beside a running server. Exit status: 0 done, 2 not done.
int run_admin(std::span<const std::string> args, std::ostream& out, std::ostream& err);

}  // namespace bartizan::cli
