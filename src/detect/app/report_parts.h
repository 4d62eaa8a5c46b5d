// What the reports of apps and of configuration profiles have in common.
#pragma once

#include <ostream>
#include <vector>

#include "base/json.h"
#include "detect/app/judged_app.h"
#include "model/finding.h"
#include "parse/anomaly.h"
#include "parse/x509/types.h"

namespace bartizan::detect {

AppVerdict verdict_of(const std::vector<Finding>& findings);
std::vector<std::string> techniques_of(const std::vector<Finding>& findings);  // sorted, once each

json::array certificates_json(const std::vector<parse::Certificate>& certificates);
json::array anomalies_json(const std::vector<parse::Anomaly>& anomalies);
json::array findings_json(const std::vector<Finding>& findings);
json::array techniques_json(const std::vector<Finding>& findings);

void write_findings(std::ostream& out, const std::vector<Finding>& findings);
void write_anomalies(std::ostream& out, const std::vector<parse::Anomaly>& anomalies);

}  // namespace bartizan::detect
