#include "detect/app/report_text.h"

#include <algorithm>
#include <iomanip>
#include <sstream>
#include <string_view>

#include "detect/app/ios_json.h"
#include "detect/app/report_parts.h"

namespace bartizan::detect {
namespace {

constexpr std::size_t kMaxEvidenceLines = 4;  // of one behaviour; the JSON form has them all

// The few facts that moved the score most, one way or the other.
void write_model_facts(std::ostream& out, std::string_view title, bool raises,
                       const ModelVerdict& verdict) {
  constexpr int kMost = 5;
  int written = 0;
  for (const ModelContribution& contribution : verdict.contributions) {
    if ((contribution.points > 0) != raises || written == kMost) continue;
    out << (written++ == 0 ? title : "; ") << contribution.text;
  }
  if (written != 0) out << "\n";
}

void write_model(std::ostream& out, const ModelVerdict& verdict) {
  const double unit = static_cast<double>(intel::kScoreUnit);
  std::ostringstream line;  // of its own, for the precision
  line << std::fixed << std::setprecision(2) << static_cast<double>(verdict.score) / unit << ", "
       << (verdict.suspicious() ? "at or above" : "below") << " its threshold "
       << static_cast<double>(verdict.threshold) / unit;
  out << "  classifier " << line.str();
  if (verdict.unknown != 0) out << ", " << verdict.unknown << " facts unknown";
  out << "\n";
  write_model_facts(out, "      towards malware: ", true, verdict);
  write_model_facts(out, "      towards benign: ", false, verdict);
}

void write_privacy(std::ostream& out, const AppReport& report) {
  if (!report.permission_summary.empty()) out << "  the app asks to:\n";
  for (const PermissionSummary& group : report.permission_summary) {
    out << "    " << group.title << ": ";
    for (const ExplainedPermission& item : group.permissions)
      out << (&item == &group.permissions.front() ? "" : "; ") << item.text;
    out << "\n";
  }
  if (!report.trackers.empty()) out << "  trackers:\n";
  for (const FoundTracker& tracker : report.trackers) {
    out << "    " << tracker.name << " (";
    for (const std::string& purpose : tracker.purposes)
      out << (&purpose == &tracker.purposes.front() ? "" : ", ") << purpose;
    out << "): " << tracker.class_name << "\n";
  }
}

void write_yara(std::ostream& out, const YaraFacts& yara) {
  if (!yara.matches.empty()) out << "  YARA rules that match:\n";
  for (const YaraRuleMatch& match : yara.matches) {
    out << "    " << match.rule << " (" << match.file << ", " << to_string(match.severity);
    for (const std::string& tag : match.tags) out << ", " << tag;
    out << ")\n";
    for (const YaraPlace& place : match.places) {
      out << "      " << parse::printable(place.entry);
      for (const intel::YaraString& string : place.strings)
        out << " " << string.name << " at " << string.offset;
      out << "\n";
    }
    if (match.entries > match.places.size())
      out << "      and " << match.entries - match.places.size() << " more\n";
  }
  if (!yara.complete)
    out << "  not every entry was looked at with every YARA rule: the anomalies say why\n";
}

}  // namespace

std::string report_text(const JudgedApp& app) {
  const AppReport& report = app.report;
  std::ostringstream out;
  out << to_string(app.verdict()) << "\n";
  if (report.ios) {
    out << ios_text(*report.ios);
  } else if (report.manifest) {
    const parse::AndroidManifest& manifest = *report.manifest;
    out << "  " << manifest.package;
    if (!manifest.version_name.empty()) out << " " << manifest.version_name;
    if (!manifest.label.empty()) out << " \"" << manifest.label << "\"";
    out << "\n";
  } else {
    out << "  the manifest could not be read\n";
  }
  out << "  sha256 " << report.sha256 << ", " << report.size << " bytes\n";
  if (report.icon) out << "  icon " << to_string(report.icon->hash) << "\n";
  if (report.tlsh) out << "  tlsh of the code " << to_string(*report.tlsh) << "\n";
  out << "  signature " << to_string(report.signature.verdict);
  for (const std::string& scheme : report.signature.schemes) out << " " << scheme;
  for (const std::string& error : report.signature.errors) out << ", " << error;
  out << "\n";
  for (const std::string& warning : report.signature.warnings) out << "  weak " << warning << "\n";
  for (const parse::Certificate& signer : report.signature.signers)
    out << "  signer " << signer.sha256 << " " << signer.subject << "\n";
  for (const parse::Certificate& signer : report.signature.claimed_signers)
    out << "  claimed signer " << signer.sha256 << " " << signer.subject << "\n";
  if (report.model) write_model(out, *report.model);
  write_findings(out, app.findings);
  if (!report.behaviors.empty()) out << "  what the app can do:\n";
  for (const ShownBehavior& behavior : report.behaviors) {
    out << "    " << behavior.title << " (" << behavior.id;
    for (const std::string& technique : behavior.techniques) out << ", " << technique;
    out << ")\n";
    for (std::size_t i = 0; i < std::min(behavior.evidence.size(), kMaxEvidenceLines); ++i)
      out << "      " << behavior.evidence[i].where << ": " << behavior.evidence[i].what << "\n";
  }
  write_privacy(out, report);
  if (report.yara) write_yara(out, *report.yara);
  write_anomalies(out, report.anomalies);
  return std::move(out).str();
}

}  // namespace bartizan::detect
