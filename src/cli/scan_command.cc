#include "cli/scan_command.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "base/crypto.h"
#include "base/file.h"
#include "base/id.h"
#include "cli/content_location.h"
#include "detect/app/scan.h"
#include "detect/detector.h"

namespace bartizan::cli {
namespace {

constexpr std::string_view kHelp =
    R"(usage: bartizan scan app [--json] [--installer PACKAGE] [--content DIR] FILE...

Reads Android packages (APK) and says what is wrong with them.

  --json               one JSON object a line for each file (docs/cli.md)
  --installer PACKAGE  the package that installed the app, "" for none; without it nothing is said
                       about where the app came from
  --content DIR        threats, rules and indicators; default: those that came with the program

Exit status: 0 nothing found, 1 a threat found, 2 an error.

Examples:
  bartizan scan app suspicious.apk
  bartizan scan app --json downloads/*.apk | jq 'select(.verdict != "clean") | .package'
  bartizan scan app --installer com.android.vending store.apk
)";

constexpr int kNothingFound = 0;
constexpr int kThreatFound = 1;
constexpr int kError = 2;

struct Options {
  bool json = false;
  bool help = false;
  std::optional<std::string> installer;
  std::string content;
  std::vector<std::string> files;
};

Result<Options> parse_options(std::span<const std::string> args) {
  Options out;
  bool only_files = false;
  for (std::size_t i = 0; i < args.size(); ++i) {
    const std::string& arg = args[i];
    if (only_files || !arg.starts_with("--")) {
      out.files.push_back(arg);
    } else if (arg == "--") {
      only_files = true;
    } else if (arg == "--json") {
      out.json = true;
    } else if (arg == "--help") {
      out.help = true;
    } else if (arg == "--installer" || arg == "--content") {
      if (++i == args.size()) return Error{ErrorCode::kInvalid, arg + " needs a value"};
      if (arg == "--installer") {
        out.installer = args[i];
      } else {
        out.content = args[i];
      }
    } else {
      return Error{ErrorCode::kInvalid, "unknown option " + arg};
    }
  }
  if (out.files.empty() && !out.help) return Error{ErrorCode::kInvalid, "no file given"};
  return out;
}

struct Scanned {
  detect::AppReport report;
  json::object body;
  std::vector<Finding> findings;
};

Result<Scanned> scan_file(const std::string& path, const Options& options,
                          const intel::Content& content, Timestamp now) {
  BARTIZAN_ASSIGN(const MappedFile file, MappedFile::open(path));
  Result<detect::AppReport> report = detect::scan_app(file.bytes(), content);
  if (!report.ok()) return Error{report.error().code, path + ": " + report.error().message};
  Scanned out{.report = std::move(report).value(), .body = {}, .findings = {}};
  out.body = detect::app_observation_body(out.report, options.installer);
  const Observation observation{.id = uuid_of(out.report.sha256),
                                .kind = "app.installed",
                                .observed_at = now,
                                .body = out.body};
  out.findings = detect::detect(observation, {.content = content, .evaluated_at = now}).findings;
  return out;
}

// "malicious" from severity high on, "suspicious" for anything less.
std::string_view verdict_of(const std::vector<Finding>& findings) {
  if (findings.empty()) return "clean";
  const bool high = std::any_of(findings.begin(), findings.end(), [](const Finding& finding) {
    return finding.severity >= Severity::kHigh;
  });
  return high ? "malicious" : "suspicious";
}

std::vector<std::string> techniques_of(const std::vector<Finding>& findings) {
  std::vector<std::string> out;
  for (const Finding& finding : findings)
    out.insert(out.end(), finding.techniques.begin(), finding.techniques.end());
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

json::array to_json_array(const std::vector<std::string>& values) {
  return json::array(values.begin(), values.end());
}

json::object signature_json(const parse::ApkSignature& signature) {
  json::array signers;
  for (const parse::Certificate& signer : signature.signers)
    signers.push_back(json::object{{"sha256", signer.sha256},
                                   {"sha1", signer.sha1},
                                   {"subject", signer.subject},
                                   {"key", signer.key_type},
                                   {"key_bits", signer.key_bits},
                                   {"not_before", to_rfc3339(signer.not_before)},
                                   {"not_after", to_rfc3339(signer.not_after)}});
  return {{"verdict", to_string(signature.verdict)},
          {"schemes", to_json_array(signature.schemes)},
          {"verified_by", signature.verified_by},
          {"signers", std::move(signers)},
          {"errors", to_json_array(signature.errors)}};
}

// What the observation lacks is null: it could not be read, or the file does not say.
json::value value_or_null(const json::object& body, std::string_view key) {
  const json::value* value = body.if_contains(key);
  return value == nullptr ? json::value() : *value;
}

json::value integer_or_null(const std::optional<std::int64_t>& value) {
  return value ? json::value(*value) : json::value();
}

json::object to_json(const std::string& path, const Scanned& scanned) {
  json::array anomalies;
  for (const parse::Anomaly& anomaly : scanned.report.anomalies)
    anomalies.push_back(
        json::object{{"id", anomaly.id}, {"where", anomaly.where}, {"detail", anomaly.detail}});
  json::array findings;
  for (const Finding& finding : scanned.findings) findings.push_back(bartizan::to_json(finding));
  const auto& manifest = scanned.report.manifest;
  return {{"path", parse::printable(path, 4096)},
          {"size", scanned.report.size},
          {"sha256", scanned.report.sha256},
          {"package", manifest ? json::value(manifest->package) : json::value()},
          {"version_code", value_or_null(scanned.body, "version_code")},
          {"version_name", value_or_null(scanned.body, "version_name")},
          {"min_sdk", integer_or_null(manifest ? manifest->min_sdk : std::nullopt)},
          {"target_sdk", value_or_null(scanned.body, "target_sdk")},
          {"label", value_or_null(scanned.body, "label")},
          {"signature", signature_json(scanned.report.signature)},
          {"permissions", manifest ? to_json_array(manifest->permissions) : json::array()},
          {"domains", to_json_array(scanned.report.domains)},
          {"anomalies", std::move(anomalies)},
          {"truncated", scanned.report.truncated},
          {"techniques", to_json_array(techniques_of(scanned.findings))},
          {"findings", std::move(findings)},
          {"verdict", verdict_of(scanned.findings)}};
}

void write_text(std::ostream& out, const std::string& path, const Scanned& scanned) {
  const detect::AppReport& report = scanned.report;
  out << parse::printable(path, 4096) << ": " << verdict_of(scanned.findings) << "\n";
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
  const bool proven = report.signature.verdict == parse::SignatureVerdict::kVerified;
  for (const parse::Certificate& signer : report.signature.signers)
    out << (proven ? "  signer " : "  claimed signer ") << signer.sha256 << " " << signer.subject
        << "\n";
  for (const Finding& finding : scanned.findings) {
    out << "  [" << to_string(finding.severity) << ", confidence " << finding.confidence << "] "
        << finding.threat << ": " << finding.summary << "\n";
    for (const Evidence& evidence : finding.evidence)
      out << "      " << evidence.fact << " = " << evidence.value << ": " << evidence.why << "\n";
  }
  for (const parse::Anomaly& anomaly : report.anomalies)
    out << "  anomaly " << anomaly.id << " (" << anomaly.where << "): " << anomaly.detail << "\n";
}

int scan_apps(const Options& options, std::ostream& out, std::ostream& err) {
  const Result<std::filesystem::path> folder = find_content(options.content);
  if (!folder.ok()) {
    err << "bartizan scan: " << folder.error().message << "\n";
    return kError;
  }
  const auto content = intel::Content::load(*folder);
  if (!content.ok()) {
    err << "bartizan scan: " << content.error().message << "\n";
    return kError;
  }
  bool failed = false;
  bool found = false;
  for (const std::string& path : options.files) {
    const Result<Scanned> scanned = scan_file(path, options, **content, SystemClock().now());
    if (!scanned.ok()) {
      failed = true;
      if (options.json) {
        out << json::serialize(
                   json::object{{"path", parse::printable(path, 4096)},
                                {"verdict", "error"},
                                {"error", parse::printable(scanned.error().message, 8192)}})
            << "\n";
      } else {
        err << "bartizan scan: " << scanned.error().message << "\n";
      }
      continue;
    }
    found |= !scanned->findings.empty();
    if (options.json) {
      out << json::serialize(to_json(path, *scanned)) << "\n";
    } else {
      write_text(out, path, *scanned);
    }
  }
  if (failed) return kError;
  return found ? kThreatFound : kNothingFound;
}

}  // namespace

int run_scan(std::span<const std::string> args, std::ostream& out, std::ostream& err) {
  const bool asks_help = !args.empty() && (args[0] == "--help" || args[0] == "help");
  if (asks_help) {
    out << kHelp;
    return kNothingFound;
  }
  if (args.empty() || args[0] != "app") {
    err << "bartizan scan: what to scan? \"app\" is known; see bartizan scan --help\n";
    return kError;
  }
  const Result<Options> options = parse_options(args.subspan(1));
  if (!options.ok()) {
    err << "bartizan scan app: " << options.error().message << "; see bartizan scan --help\n";
    return kError;
  }
  if (options->help) {
    out << kHelp;
    return kNothingFound;
  }
  return scan_apps(*options, out, err);
}

}  // namespace bartizan::cli
