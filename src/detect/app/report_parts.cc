#include "detect/app/report_parts.h"

#include <algorithm>

namespace bartizan::detect {

AppVerdict verdict_of(const std::vector<Finding>& findings) {
  if (findings.empty()) return AppVerdict::kClean;
  const bool high = std::any_of(findings.begin(), findings.end(), [](const Finding& finding) {
    return finding.severity >= Severity::kHigh;
  });
  return high ? AppVerdict::kMalicious : AppVerdict::kSuspicious;
}

std::vector<std::string> techniques_of(const std::vector<Finding>& findings) {
  std::vector<std::string> out;
  for (const Finding& finding : findings)
    out.insert(out.end(), finding.techniques.begin(), finding.techniques.end());
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

json::array certificates_json(const std::vector<parse::Certificate>& certificates) {
  json::array out;
  for (const parse::Certificate& certificate : certificates)
    out.push_back(json::object{{"sha256", certificate.sha256},
                               {"sha1", certificate.sha1},
                               {"subject", certificate.subject},
                               {"key", certificate.key_type},
                               {"key_bits", certificate.key_bits},
                               {"not_before", to_rfc3339(certificate.not_before)},
                               {"not_after", to_rfc3339(certificate.not_after)}});
  return out;
}

json::array anomalies_json(const std::vector<parse::Anomaly>& anomalies) {
  json::array out;
  for (const parse::Anomaly& anomaly : anomalies)
    out.push_back(
        json::object{{"id", anomaly.id}, {"where", anomaly.where}, {"detail", anomaly.detail}});
  return out;
}

json::array findings_json(const std::vector<Finding>& findings) {
  json::array out;
  for (const Finding& finding : findings) out.push_back(bartizan::to_json(finding));
  return out;
}

json::array techniques_json(const std::vector<Finding>& findings) {
  const std::vector<std::string> ids = techniques_of(findings);
  return json::array(ids.begin(), ids.end());
}

void write_findings(std::ostream& out, const std::vector<Finding>& findings) {
  for (const Finding& finding : findings) {
    out << "  [" << to_string(finding.severity) << ", confidence " << finding.confidence << "] "
        << finding.threat << ": " << finding.summary << "\n";
    for (const Evidence& evidence : finding.evidence)
      out << "      " << evidence.fact << " = " << evidence.value << ": " << evidence.why << "\n";
  }
}

void write_anomalies(std::ostream& out, const std::vector<parse::Anomaly>& anomalies) {
  for (const parse::Anomaly& anomaly : anomalies)
    out << "  anomaly " << anomaly.id << " (" << anomaly.where << "): " << anomaly.detail << "\n";
}

}  // namespace bartizan::detect
