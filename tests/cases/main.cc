// Runs the text cases below the folders given: bartizan_cases tests/cases. From the repository's
// top folder, as it reads content/.
#include <algorithm>
#include <cstdio>

#include "base/file.h"
#include "case_world.h"
#include "intel/detection_rule.h"

namespace bartizan::cases {
namespace {

constexpr std::size_t kMaxCaseFile = 1 << 20;

struct Tally {
  int cases = 0;
  int failures = 0;
  Coverage coverage;
};

void report(const std::string& file, int line, const Case& text_case, const Error& error) {
  std::fprintf(stderr, "%s:%d: %s\n  (%s)\n", file.c_str(), line, error.message.c_str(),
               text_case.doc.c_str());
}

// Stops at the first line of the case that fails. A finding nobody expected is reported at the last
// expectation about its observation.
bool run_case(const Case& text_case, const std::string& file, World world) {
  int last_line = text_case.number;
  const auto passed = [&](int line, const Status& status) {
    if (!status) report(file, line, text_case, status.error());
    return status.ok();
  };
  for (const Line& line : text_case.lines) {
    if (line.text.starts_with("observe ") && !passed(last_line, world.finish())) return false;
    if (!passed(line.number, world.run(line))) return false;
    last_line = line.number;
  }
  return passed(last_line, world.finish());
}

Result<std::vector<PolicyDocument>> default_policies() {
  std::vector<PolicyDocument> out;
  for (const std::string id : {"corporate", "personal"}) {
    BARTIZAN_ASSIGN(std::string source, read_file("content/policies/" + id + ".yaml", 1 << 20));
    out.push_back({.id = id, .version = 1, .source = std::move(source)});
    const auto policy = policy::Policy::compile(out.back());
    if (!policy) return policy.error();
  }
  return out;
}

std::vector<std::string> case_files(const char* folder) {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".txt" && entry.path().filename() != "CMakeLists.txt")
      out.push_back(entry.path().string());
  }
  std::sort(out.begin(), out.end());
  return out;
}

Status run_file(const std::string& file, const intel::Content& content,
                const std::vector<PolicyDocument>& policies, Tally& tally) {
  BARTIZAN_ASSIGN(const std::string text, read_file(file, kMaxCaseFile));
  BARTIZAN_ASSIGN(const std::vector<Case> cases, parse_cases(text, file));
  for (const Case& text_case : cases) {
    ++tally.cases;
    if (!run_case(text_case, file, World(content, policies, tally.coverage))) ++tally.failures;
  }
  return {};
}

// Every threat, its resolve condition and every rule must be met by some case: what nobody tries is
// not known to work.
void check_coverage(const intel::Content& content, Tally& tally) {
  const auto demand = [&](bool met, const char* what, const std::string& id) {
    if (met) return;
    std::fprintf(stderr, "no case %s %s\n", what, id.c_str());
    ++tally.failures;
  };
  for (const Threat& threat : content.threats()) {
    demand(tally.coverage.threats.contains(threat.id), "finds", threat.id);
    demand(tally.coverage.cleared.contains(threat.id), "resolves", threat.id);
  }
  for (const intel::DetectionRule& rule : content.rules())
    demand(tally.coverage.rules.contains(rule.id), "meets the rule", rule.id);
}

// Appends the threats a condition names, wherever in it they stand.
void collect_threats(const json::value& value, bool named, std::vector<std::string>& out) {
  if (const json::object* object = value.if_object()) {
    for (const auto& [key, inner] : *object) collect_threats(inner, key == "threat", out);
  } else if (const json::array* array = value.if_array()) {
    for (const json::value& inner : *array) collect_threats(inner, named, out);
  } else if (value.is_string() && named) {
    out.emplace_back(value.get_string());
  }
}

// A policy may name any threat, so that it can be older than the catalogue; ours must be spelt
// right.
void check_policies(const intel::Content& content, const std::vector<PolicyDocument>& documents,
                    Tally& tally) {
  for (const PolicyDocument& document : documents) {
    const auto policy = policy::Policy::compile(document);
    for (const policy::RuleSummary& rule : policy->rules()) {
      std::vector<std::string> threats;
      collect_threats(*parse_json(rule.condition), false, threats);
      for (const std::string& threat : threats) {
        if (content.find_threat(threat) != nullptr) continue;
        std::fprintf(stderr, "%s: rule '%s' names no threat of the catalogue: %s\n",
                     document.id.c_str(), rule.name.c_str(), threat.c_str());
        ++tally.failures;
      }
    }
  }
}

int run(int argc, char** argv) {
  const auto content = intel::Content::load("content");
  const auto policies = default_policies();
  if (!content || !policies) {
    std::fprintf(stderr, "%s\n", (content ? policies.error() : content.error()).message.c_str());
    return 2;
  }
  Tally tally;
  for (int i = 1; i < argc; ++i) {
    for (const std::string& file : case_files(argv[i])) {
      if (const Status status = run_file(file, **content, *policies, tally); !status) {
        std::fprintf(stderr, "%s\n", status.error().message.c_str());
        ++tally.failures;
      }
    }
  }
  check_coverage(**content, tally);
  check_policies(**content, *policies, tally);
  std::printf("%d cases, %d failed\n", tally.cases, tally.failures);
  return tally.cases > 0 && tally.failures == 0 ? 0 : 1;  // no case at all proves nothing
}

}  // namespace
}  // namespace bartizan::cases

int main(int argc, char** argv) { return bartizan::cases::run(argc, argv); }
