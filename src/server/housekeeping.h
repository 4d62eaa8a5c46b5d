// What time causes, rather than a request: problems that end by themselves, phones that fall
// silent, sessions that end, policies that changed.
#pragma once

#include <string>

#include "server/deps.h"

namespace bartizan::server {

// Resolves problems past their end.
Status expire_problems(Deps& deps, const std::string& tenant);

// Brings the protection state of every enrolled phone up to now.
Status refresh_protection(Deps& deps, const std::string& tenant);

// Asks the policies in force about every open problem.
Status decide_again(Deps& deps, const std::string& tenant);

Status purge_sessions(Deps& deps, const std::string& tenant);

// All of the above but decide_again, for every tenant; what fails is logged and tried again next
// time.
void keep_house(Deps& deps);

}  // namespace bartizan::server
