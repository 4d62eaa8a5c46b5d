// The report of an app for people: the verdict on the first line, what it rests on below.
#pragma once

#include <string>

#include "detect/app/judged_app.h"

namespace bartizan::detect {

std::string report_text(const JudgedApp& app);

}  // namespace bartizan::detect
