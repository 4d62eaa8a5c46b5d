#include "cli/explain_command.h"

#include <algorithm>
#include <sstream>

#include "base/file.h"
#include "cli/content_location.h"
#include "intel/content.h"
#include "intel/detection_rule.h"
#include "intel/techniques.h"
#include "model/finding.h"

namespace bartizan::cli {
namespace {

constexpr std::string_view kHelp =
    R"(usage: bartizan explain [--json] [--content DIR] [THREAT | FILE]

Says what a threat is, how it is detected, what to do and what ends it. With a FILE of findings, as
bartizan scan --json and check --json print them, says why each was found. Without either, lists
the threats there are.

  --json         one JSON object a line (docs/cli.md)
  --content DIR  threats and rules; default: those that came with the program

Exit status: 0, or 2 for an error.

Examples:
  bartizan explain
  bartizan explain device.rooted
  bartizan scan app --json suspicious.apk > findings.json; bartizan explain findings.json
)";

constexpr int kError = 2;
constexpr std::size_t kMaxFindingsFile = 16 << 20;

struct Options {
  bool json = false;
  bool help = false;
  std::string content;
  std::string subject;
};

Result<Options> parse_options(std::span<const std::string> args) {
  Options out;
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (args[i] == "--json") {
      out.json = true;
    } else if (args[i] == "--help" || args[i] == "-h") {
      out.help = true;
    } else if (args[i] == "--content") {
      if (++i == args.size()) return Error{ErrorCode::kInvalid, "--content needs a folder"};
      out.content = args[i];
    } else if (args[i].starts_with("-")) {
      return Error{ErrorCode::kInvalid, "unknown option " + args[i]};
    } else if (!out.subject.empty()) {
      return Error{ErrorCode::kInvalid, "one threat or file at a time"};
    } else {
      out.subject = args[i];
    }
  }
  return out;
}

class Explainer {
 public:
  Explainer(const intel::Content& content, bool json, std::ostream& out)
      : content_(content), json_(json), out_(out) {}

  void list() const {
    for (const Threat& threat : content_.threats()) {
      if (json_) {
        out_ << json::serialize(to_json(threat)) << "\n";
      } else {
        out_ << threat.id << std::string(30 - std::min<std::size_t>(29, threat.id.size()), ' ')
             << threat.title << "\n";
      }
    }
  }

  void explain(const Threat& threat) const {
    if (json_) {
      out_ << json::serialize(to_json(threat)) << "\n";
      return;
    }
    out_ << threat.id << ": " << threat.title << "\n\n" << threat.admin.what_happened << "\n\n";
    out_ << "severity    " << to_string(threat.severity) << "\n";
    out_ << "platforms  ";
    for (const Platform platform : threat.platforms) out_ << " " << to_string(platform);
    out_ << "\n";
    write_techniques(threat.techniques);
    out_ << "evidence   ";
    for (const std::string& field : threat.evidence_fields) out_ << " " << field;
    out_ << "\n";
    for (const intel::DetectionRule& rule : content_.rules()) {
      if (rule.threat == threat.id)
        out_ << "rule        " << rule.id << " " << rule.version << ": " << rule.title << "\n";
    }
    out_ << "\nWhat ends it\n";
    for (const Resolution& resolution : threat.resolves) out_ << "  - " << resolution.text << "\n";
    out_ << "\nWhat an administrator does\n";
    write_steps(threat.admin.what_to_do);
    for (const auto& [platform, advice] : threat.user) {
      out_ << "\nWhat the person reads (" << to_string(platform) << ")\n  " << advice.what_happened
           << "\n";
      write_steps(advice.what_to_do);
    }
  }

  void explain(const Finding& finding) const {
    if (json_) {
      out_ << json::serialize(bartizan::to_json(finding)) << "\n";
      return;
    }
    const Threat* threat = content_.find_threat(finding.threat);
    out_ << finding.threat << ": " << (threat != nullptr ? threat->title : "not in the catalogue")
         << "\n\n"
         << finding.summary << "\n\n";
    out_ << "severity    " << to_string(finding.severity) << "\n";
    out_ << "confidence  " << finding.confidence << "\n";
    out_ << "subject     " << finding.subject.kind << " " << finding.subject.key << " "
         << finding.subject.label << "\n";
    out_ << "rule        " << finding.rule << " " << finding.rule_version << "\n";
    write_techniques(finding.techniques);
    out_ << "\nWhy\n";
    for (const Evidence& item : finding.evidence) {
      out_ << "  - " << item.fact << " = " << item.value << "\n    " << item.why;
      if (item.weight > 0) out_ << " (weight " << item.weight << ")";
      out_ << "\n";
    }
    out_ << "\nWhat would change it\n  " << finding.would_change << "\n";
    if (threat == nullptr) return;
    out_ << "\nWhat an administrator does\n";
    write_steps(threat->admin.what_to_do);
  }

 private:
  void write_techniques(const std::vector<std::string>& ids) const {
    for (const std::string& id : ids)
      out_ << "technique   " << id << " " << content_.techniques().name(id) << "\n";
  }

  void write_steps(const std::vector<std::string>& steps) const {
    for (std::size_t i = 0; i < steps.size(); ++i)
      out_ << "  " << i + 1 << ". " << steps[i] << "\n";
  }

  static json::array texts(const std::vector<std::string>& values) {
    return json::array(values.begin(), values.end());
  }

  static json::object to_json(const Advice& advice) {
    return {{"what_happened", advice.what_happened}, {"what_to_do", texts(advice.what_to_do)}};
  }

  json::object to_json(const Threat& threat) const {
    json::array platforms;
    json::object user;
    for (const auto& [platform, advice] : threat.user) {
      platforms.push_back(json::string(to_string(platform)));
      user[to_string(platform)] = to_json(advice);
    }
    json::array techniques;
    for (const std::string& id : threat.techniques)
      techniques.push_back(json::object{{"id", id}, {"name", content_.techniques().name(id)}});
    json::array rules;
    for (const intel::DetectionRule& rule : content_.rules()) {
      if (rule.threat == threat.id)
        rules.push_back(
            json::object{{"id", rule.id}, {"version", rule.version}, {"title", rule.title}});
    }
    json::array resolves;
    for (const Resolution& resolution : threat.resolves)
      resolves.push_back(json::string(resolution.text));
    return {{"id", threat.id},
            {"title", threat.title},
            {"vector", threat.vector},
            {"subject", threat.subject},
            {"platforms", std::move(platforms)},
            {"severity", json::string(to_string(threat.severity))},
            {"techniques", std::move(techniques)},
            {"evidence", texts(threat.evidence_fields)},
            {"rules", std::move(rules)},
            {"resolves", std::move(resolves)},
            {"user", std::move(user)},
            {"admin", to_json(threat.admin)}};
  }

  const intel::Content& content_;
  bool json_;
  std::ostream& out_;
};

// A line holds a finding, or a subject with its findings; of a subject that could not be judged it
// has a verdict and no findings.
Status read_findings(const json::object& line, std::vector<Finding>& findings) {
  const json::array* list = get_array(line, "findings");
  if (list == nullptr && line.contains("verdict")) return {};
  if (list == nullptr) {
    BARTIZAN_ASSIGN(Finding finding, finding_from_json(line));
    findings.push_back(std::move(finding));
    return {};
  }
  for (const json::value& item : *list) {
    if (!item.is_object()) return Error{ErrorCode::kInvalid, "a finding must be an object"};
    BARTIZAN_ASSIGN(Finding finding, finding_from_json(item.get_object()));
    findings.push_back(std::move(finding));
  }
  return {};
}

Result<std::vector<Finding>> load_findings(const std::string& path) {
  BARTIZAN_ASSIGN(const std::string text, read_file(path, kMaxFindingsFile));
  std::vector<Finding> out;
  // One object over many lines is as welcome as one object a line.
  if (const auto whole = parse_json_object(text)) {
    if (const Status status = read_findings(*whole, out); !status)
      return status.error().within(path);
    return out;
  }
  std::istringstream lines(text);
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (line.empty()) continue;
    const std::string place = path + ":" + std::to_string(number);
    const auto object = parse_json_object(line);
    if (!object) return object.error().within(place);
    if (const Status status = read_findings(*object, out); !status)
      return status.error().within(place);
  }
  return out;
}

Status explain(const Options& options, std::ostream& out) {
  BARTIZAN_ASSIGN(const auto folder, find_content(options.content));
  BARTIZAN_ASSIGN(const auto content, intel::Content::load(folder));
  const Explainer explainer(*content, options.json, out);
  if (options.subject.empty()) {
    explainer.list();
    return {};
  }
  if (const Threat* threat = content->find_threat(options.subject)) {
    explainer.explain(*threat);
    return {};
  }
  std::error_code error;
  if (!std::filesystem::exists(options.subject, error))
    return Error{ErrorCode::kNotFound, "no threat and no file is named '" + options.subject +
                                           "'; bartizan explain lists the threats"};
  BARTIZAN_ASSIGN(const auto findings, load_findings(options.subject));
  if (findings.empty() && !options.json) out << "no findings in " << options.subject << "\n";
  for (std::size_t i = 0; i < findings.size(); ++i) {
    if (i > 0 && !options.json) out << "\n";
    explainer.explain(findings[i]);
  }
  return {};
}

}  // namespace

int run_explain(std::span<const std::string> args, std::ostream& out, std::ostream& err) {
  const auto options = parse_options(args);
  if (!options) {
    err << "bartizan explain: " << options.error().message << "; see bartizan explain --help\n";
    return kError;
  }
  if (options->help) {
    out << kHelp;
    return 0;
  }
  if (const Status status = explain(*options, out); !status) {
    err << "bartizan explain: " << status.error().message << "\n";
    return kError;
  }
  return 0;
}

}  // namespace bartizan::cli
