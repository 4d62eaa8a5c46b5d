// A configuration profile with what the rules make of it, and the forms it is shown in.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "detect/app/configuration_profile.h"
#include "detect/app/judged_app.h"
#include "detect/detector.h"

namespace bartizan::detect {

struct JudgedProfile {
  ConfigurationProfile profile;
  json::object observation_body;  // what was judged: a profile.installed observation's body
  std::vector<Finding> findings;

  AppVerdict verdict() const;
};

JudgedProfile judge_profile(ConfigurationProfile profile, const Context& context);

json::object profile_json(const JudgedProfile& judged);  // the fields of docs/cli.md
std::string profile_text(const JudgedProfile& judged);   // the first line is the verdict

}  // namespace bartizan::detect
