#include "detect/app/report_text.h"

#include <sstream>

namespace bartizan::detect {

std::string report_text(const JudgedApp& app) {
  const AppReport& report = app.report;
  std::ostringstream out;
  out << to_string(app.verdict()) << "\n";
  if (report.manifest) {
    const parse::AndroidManifest& manifest = *report.manifest;
    out << "  " << manifest.package;
    if (!manifest.version_name.empty()) out << " " << manifest.version_name;
    if (!manifest.label.empty()) out << " \"" << manifest.label << "\"";
    out << "\n";
  } else {
    out << "  the manifest could not be read\n";
  }
  out << "  sha256 " << report.sha256 << ", " << report.size << " bytes\n";
  out << "  signature " << to_string(report.signature.verdict);
  for (const std::string& scheme : report.signature.schemes) out << " " << scheme;
  for (const std::string& error : report.signature.errors) out << ", " << error;
  out << "\n";
  for (const std::string& warning : report.signature.warnings) out << "  weak " << warning << "\n";
  for (const parse::Certificate& signer : report.signature.signers)
    out << "  signer " << signer.sha256 << " " << signer.subject << "\n";
  for (const parse::Certificate& signer : report.signature.claimed_signers)
    out << "  claimed signer " << signer.sha256 << " " << signer.subject << "\n";
  for (const Finding& finding : app.findings) {
    out << "  [" << to_string(finding.severity) << ", confidence " << finding.confidence << "] "
        << finding.threat << ": " << finding.summary << "\n";
    for (const Evidence& evidence : finding.evidence)
      out << "      " << evidence.fact << " = " << evidence.value << ": " << evidence.why << "\n";
  }
  for (const parse::Anomaly& anomaly : report.anomalies)
    out << "  anomaly " << anomaly.id << " (" << anomaly.where << "): " << anomaly.detail << "\n";
  return std::move(out).str();
}

}  // namespace bartizan::detect
