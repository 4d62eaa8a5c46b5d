// A report with what the rules make of it: what the CLI prints and the server answers.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "detect/app/report.h"
#include "detect/detector.h"
#include "model/enums.h"

namespace bartizan::detect {

struct JudgedApp {
  AppReport report;
  json::object observation_body;  // what was judged: an app.installed observation's body
  std::vector<Finding> findings;

  AppVerdict verdict() const;
  // Of the findings and of what the app can do; sorted, each once.
  std::vector<std::string> techniques() const;
};

// `installer`: the package that installed the app, "" for none, absent when nobody knows.
JudgedApp judge_app(AppReport report, const std::optional<std::string>& installer,
                    const Context& context);

}  // namespace bartizan::detect
