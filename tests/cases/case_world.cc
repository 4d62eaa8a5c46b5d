#include "case_world.h"

#include <algorithm>

#include "base/id.h"
#include "detect/app/uploaded_apps.h"
#include "model/observation_schema.h"
#include "problem/fold.h"
#include "problem/silence.h"

namespace bartizan::cases {
namespace {

Error failure(std::string message) { return {ErrorCode::kInvalid, std::move(message)}; }

// "key=value"; no key when there is no '='.
std::pair<std::string, std::string> split_pair(const std::string& word) {
  const std::size_t equals = word.find('=');
  if (equals == std::string::npos) return {"", word};
  return {word.substr(0, equals), word.substr(equals + 1)};
}

// Whether a finding is as "key=value" says: a member of the finding, else a fact of its evidence.
bool fits(const Finding& finding, const std::string& key, const std::string& value) {
  if (key == "severity") return to_string(finding.severity) == value;
  if (key == "confidence") return std::to_string(finding.confidence) == value;
  if (key == "rule") return finding.rule == value;
  if (key == "subject") return finding.subject.key == value;
  if (key == "subject_kind") return finding.subject.kind == value;
  if (key == "label") return finding.subject.label == value;
  if (key == "summary") return finding.summary.find(value) != std::string::npos;
  if (key == "technique") {
    const auto& all = finding.techniques;
    return std::find(all.begin(), all.end(), value) != all.end();
  }
  return std::any_of(finding.evidence.begin(), finding.evidence.end(),
                     [&](const Evidence& item) { return item.fact == key && item.value == value; });
}

std::string describe(const Finding& finding) {
  std::string out = finding.threat + " severity=" + std::string(to_string(finding.severity)) +
                    " confidence=" + std::to_string(finding.confidence) + " rule=" + finding.rule +
                    " subject=\"" + finding.subject.key + "\"";
  for (const Evidence& item : finding.evidence) out += " " + item.fact + "=\"" + item.value + "\"";
  return out;
}

std::string canonical(const detect::Verdict& verdict) {
  json::array out;
  for (const Finding& finding : verdict.findings) out.push_back(to_json(finding));
  for (const Clearance& clearance : verdict.clearances)
    out.push_back(json::array{clearance.threat, clearance.subject.key, clearance.reason});
  return canonical_json(out);
}

}  // namespace

World::World(const intel::Content& content, const std::vector<PolicyDocument>& default_policies,
             Coverage& coverage)
    : content_(content),
      coverage_(coverage),
      device_{.id = uuid_of("the phone of a text case"), .name = "Phone"},
      now_(*parse_rfc3339("2026-06-01T00:00:00Z")) {
  for (const PolicyDocument& document : default_policies)
    policies_.push_back(*policy::Policy::compile(document));
}

Status World::run(const Line& line) {
  const Words words = split_words(line.text);
  if (words[0] == "device" && words.size() == 2) return set_device(words[1]);
  if (words[0] == "policy" && words.size() == 1) return set_policy(line.block);
  if (words[0] == "channels") return set_channels(words);
  if (words[0] == "wait" && words.size() == 2) return wait(words[1]);
  if (words[0] == "uploaded" && words.size() == 2) return upload(words[1] + line.block);
  if (words[0] == "expect" && words.size() >= 2) return expect(words);
  if (words[0] == "observe" && words.size() >= 2 && words.size() <= 3)
    return observe(words[1], (words.size() == 3 ? words[2] : std::string()) + line.block);
  if (words[0] == "at" && words.size() == 2) {
    BARTIZAN_ASSIGN(now_, parse_rfc3339(words[1]));
    return {};
  }
  return failure("no such instruction: " + line.text);
}

Status World::set_device(const std::string& text) {
  BARTIZAN_ASSIGN(const json::object changes, parse_json_object(text));
  json::object whole = to_json(device_);
  for (const auto& [key, value] : changes) {
    if (!whole.contains(key)) return failure("a device has no '" + std::string(key) + "'");
    whole[key] = value;
  }
  BARTIZAN_ASSIGN(device_, device_from_json(whole));
  return {};
}

Status World::set_policy(const std::string& source) {
  auto policy = policy::Policy::compile({.id = "case", .source = source});
  if (!policy) {
    policy_error_ = policy.error();
    return {};
  }
  policies_.clear();
  policies_.push_back(std::move(policy).value());
  return {};
}

Status World::set_channels(const Words& words) {
  channels_ = {.agent = false};
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words[i] == "agent") {
      channels_.agent = true;
    } else if (words[i] == "mdm") {
      channels_.mdm = true;
    } else if (words[i] == "identity_provider") {
      channels_.identity_provider = true;
    } else {
      return failure("no such channel: " + words[i]);
    }
  }
  return {};
}

Status World::wait(const std::string& duration) {
  BARTIZAN_ASSIGN(const Duration by, parse_duration(duration));
  now_ += by;
  for (const Transition& ended : problem::expire(problems_, now_))
    coverage_.cleared.insert(ended.problem.threat);
  follow_silence();
  return {};
}

// As the server's housekeeping, and every report, does.
void World::follow_silence() {
  const Threat* threat = content_.find_threat(problem::kSilentThreat);
  if (threat == nullptr) return;
  const problem::Silence silence = problem::silence_of(device_, problems_, *threat,
                                                       {.evaluated_at = now_,
                                                        .content_digest = {},
                                                        .overlay_digest = {},
                                                        .history_digest = {},
                                                        .engine_version = {}});
  for (const Finding& finding : silence.findings) coverage_.threats.insert(finding.threat);
  for (const Clearance& clearance : silence.clearances) coverage_.cleared.insert(clearance.threat);
  problem::fold(problems_, silence.findings, silence.clearances, 0, content_.threats(), now_);
}

Status World::upload(const std::string& text) {
  BARTIZAN_ASSIGN(const json::object app, parse_json_object(text));
  const auto member = [&](std::string_view name) {
    return std::string(get_string(app, name).value_or(""));
  };
  uploads_.push_back({.sha256 = member("sha256"),
                      .package = member("package"),
                      .label = member("label"),
                      .verdict = member("verdict"),
                      .signer = {.signer = member("signer"), .past = member("signers_past")},
                      .tlsh = member("tlsh"),
                      .icon_hash = member("icon_hash")});
  return {};
}

// As a server does with a file that somebody uploads.
void World::judge_uploads(const Observation& observation, const detect::Context& context,
                          detect::Verdict& verdict) const {
  if (observation.kind != "app.installed" || uploads_.empty()) return;
  const auto neighbours = detect::find_upload_neighbours(observation.body, uploads_);
  for (Finding& found : detect::judge_beside_uploads(observation, context, neighbours)) {
    const auto is_told = [&](const Finding& told) { return told.threat == found.threat; };
    if (std::none_of(verdict.findings.begin(), verdict.findings.end(), is_told))
      verdict.findings.push_back(std::move(found));
  }
}

Status World::observe(const std::string& kind, const std::string& body) {
  Observation observation{.id = uuid_of("observation " + std::to_string(++observed_)),
                          .device_id = device_.id,
                          .sequence = observed_,
                          .kind = kind,
                          .observed_at = now_};
  BARTIZAN_ASSIGN(observation.body, parse_json_object(body.empty() ? "{}" : body));
  BARTIZAN_ASSIGN(CheckedObservation checked, check_observation(observation, std::nullopt));
  if (!checked.unknown_fields.empty())
    return failure(kind + " has no field '" + checked.unknown_fields[0] + "'");

  const detect::Context context{
      .content = content_, .evaluated_at = now_, .platform = device_.platform};
  const auto judge = [&] {
    detect::Verdict out = detect::detect(checked.observation, context);
    judge_uploads(checked.observation, context, out);
    return out;
  };
  verdict_ = judge();
  if (canonical(verdict_) != canonical(judge()))
    return failure("the same observation was judged in two ways");
  for (const Finding& finding : verdict_.findings) {
    coverage_.threats.insert(finding.threat);
    coverage_.rules.insert(finding.rule);
  }
  for (const Clearance& clearance : verdict_.clearances) coverage_.cleared.insert(clearance.threat);
  problem::fold(problems_, verdict_.findings, verdict_.clearances, 0, content_.threats(), now_);
  if (device_.last_seen) device_.last_seen = now_;
  follow_silence();
  expected_.assign(verdict_.findings.size(), false);
  strict_ = false;
  return {};
}

Status World::finish() {
  if (!strict_) return {};
  strict_ = false;
  for (std::size_t i = 0; i < expected_.size(); ++i) {
    if (!expected_[i]) return failure("unexpected finding " + describe(verdict_.findings[i]));
  }
  return {};
}

World::Outcome World::decide() {
  Outcome out;
  const policy::Policy* policy = policy::policy_for(policies_, device_);
  if (policy == nullptr) return out;
  SystemRandom random;
  for (const Problem& problem : problems_) {
    const auto decision = policy->decide(problem, device_, now_);
    const Threat* threat = content_.find_threat(problem.threat);
    if (!decision || threat == nullptr) continue;
    auto actions =
        respond::plan_actions(*decision, problem, device_, *threat, channels_, now_, random);
    out.decisions.push_back(*decision);
    std::move(actions.begin(), actions.end(), std::back_inserter(out.actions));
  }
  return out;
}

std::string World::describe_findings() const {
  if (verdict_.findings.empty()) return "nothing was found";
  std::string out = "found:";
  for (const Finding& finding : verdict_.findings) out += "\n    " + describe(finding);
  return out;
}

Status World::expect(const Words& words) {
  if (words[1] == "nothing" && words.size() == 2) return expect_nothing();
  if (words.size() < 3) return failure("what is expected?");
  if (words[1] == "finding") return expect_finding(words);
  if (words[1] == "cleared") return expect_cleared(words);
  if (words[1] == "problem") return expect_problem(words);
  if (words[1] == "risk") return expect_risk(words);
  if (words[1] == "protection") return expect_protection(words);
  if (words[1] == "decision") return expect_decision(words);
  if (words[1] == "action") return expect_action(words);
  if (words[1] == "no") return expect_no(words);
  if (words[1] == "policy_error") {
    const std::string got = policy_error_ ? policy_error_->message : "the policy compiles";
    return got == words[2] ? Status() : failure("expected '" + words[2] + "', but: " + got);
  }
  return failure("no such expectation: " + words[1]);
}

Status World::expect_nothing() {
  strict_ = true;
  return verdict_.findings.empty() ? Status()
                                   : failure("expected nothing, but " + describe_findings());
}

Status World::expect_finding(const Words& words) {
  strict_ = true;
  for (std::size_t i = 0; i < verdict_.findings.size(); ++i) {
    const Finding& finding = verdict_.findings[i];
    if (finding.threat != words[2]) continue;
    bool all = true;
    for (std::size_t w = 3; w < words.size(); ++w) {
      const auto [key, value] = split_pair(words[w]);
      if (key.empty()) return failure("'" + value + "' must be key=value");
      all = all && fits(finding, key, value);
    }
    if (!all) continue;
    expected_[i] = true;
    return {};
  }
  return failure("expected finding " + words[2] + " as described, but " + describe_findings());
}

Status World::expect_cleared(const Words& words) {
  std::string got;
  for (const Clearance& clearance : verdict_.clearances) {
    bool all = clearance.threat == words[2];
    for (std::size_t w = 3; w < words.size(); ++w) {
      const auto [key, value] = split_pair(words[w]);
      if (key != "subject" && key != "reason") return failure("cleared has no '" + words[w] + "'");
      all = all && (key == "subject" ? clearance.subject.key : clearance.reason) == value;
    }
    if (all) return {};
    got += (got.empty() ? "" : ", ") + clearance.threat;
  }
  return failure("expected " + words[2] +
                 " to be cleared, but cleared: " + (got.empty() ? "nothing" : got));
}

Status World::expect_problem(const Words& words) {
  if (words.size() < 4) return failure("expect problem THREAT open|resolved [key=value]");
  const auto state = parse_enum<ProblemState>(words[3]);
  if (!state) return failure("no such state: " + words[3]);
  std::string got;
  for (const Problem& problem : problems_) {
    bool all = problem.threat == words[2] && problem.state == *state;
    for (std::size_t w = 4; w < words.size(); ++w) {
      const auto [key, value] = split_pair(words[w]);
      if (key == "count") {
        all = all && std::to_string(problem.count) == value;
      } else if (key == "reopened") {
        all = all && std::to_string(problem.reopened) == value;
      } else if (key == "subject") {
        all = all && problem.subject.key == value;
      } else {
        return failure("a problem has no '" + words[w] + "' here");
      }
    }
    if (all) return {};
    got += "\n    " + problem.threat + " " + std::string(to_string(problem.state)) + " subject=\"" +
           problem.subject.key + "\" count=" + std::to_string(problem.count) +
           " reopened=" + std::to_string(problem.reopened);
  }
  return failure("expected problem " + words[2] + " " + words[3] +
                 " as described, but there is: " + (got.empty() ? "none" : got));
}

Status World::expect_risk(const Words& words) {
  const std::string_view risk = to_string(problem::risk_of(problems_));
  if (risk == words[2]) return {};
  return failure("expected risk " + words[2] + ", but it is " + std::string(risk));
}

Status World::expect_protection(const Words& words) {
  const problem::Protection protection = problem::protection_of(device_, now_);
  if (to_string(protection.state) == words[2]) return {};
  return failure("expected protection " + words[2] + ", but it is " +
                 std::string(to_string(protection.state)) + ": " + protection.reason);
}

Status World::expect_decision(const Words& words) {
  std::string got;
  for (const Decision& decision : decide().decisions) {
    bool all = decision.rule == words[2];
    for (std::size_t w = 3; w < words.size(); ++w) {
      const auto [key, value] = split_pair(words[w]);
      if (key == "mode") {
        all = all && to_string(decision.mode) == value;
      } else if (key == "policy") {
        all = all && decision.policy == value;
      } else if (key == "reason") {
        const auto& reasons = decision.reasons;
        all = all && std::find(reasons.begin(), reasons.end(), value) != reasons.end();
      } else {
        return failure("a decision has no '" + words[w] + "' here");
      }
    }
    if (all) return {};
    got += "\n    \"" + decision.rule + "\" mode=" + std::string(to_string(decision.mode)) +
           " policy=" + decision.policy;
    for (const std::string& reason : decision.reasons) got += " reason=\"" + reason + "\"";
  }
  return failure("expected decision \"" + words[2] +
                 "\" as described, but there is: " + (got.empty() ? "none" : got));
}

Status World::expect_action(const Words& words) {
  const auto kind = parse_enum<ActionKind>(words[2]);
  if (!kind) return failure("no such action: " + words[2]);
  std::string got;
  for (const Action& action : decide().actions) {
    bool all = action.kind == *kind;
    for (std::size_t w = 3; w < words.size(); ++w) {
      const auto [key, value] = split_pair(words[w]);
      if (key == "carrier") {
        all = all && to_string(action.carrier) == value;
      } else if (key == "state") {
        all = all && to_string(action.state) == value;
      } else if (key == "subject") {
        all = all && action.subject.key == value;
      } else if (key == "title") {
        all = all && action.title == value;
      } else {
        return failure("an action has no '" + words[w] + "' here");
      }
    }
    if (all) return {};
    got += "\n    " + std::string(to_string(action.kind)) +
           " carrier=" + std::string(to_string(action.carrier)) +
           " state=" + std::string(to_string(action.state)) + " title=\"" + action.title + "\"";
  }
  return failure("expected action " + words[2] +
                 " as described, but there is: " + (got.empty() ? "none" : got));
}

// "expect no action [KIND]", "expect no decision", "expect no cleared THREAT".
Status World::expect_no(const Words& words) {
  if (words[2] == "decision" && words.size() == 3) {
    const Outcome outcome = decide();
    if (outcome.decisions.empty()) return {};
    return failure("expected no decision, but there is \"" + outcome.decisions[0].rule + "\"");
  }
  if (words[2] == "action" && words.size() <= 4) {
    if (words.size() == 4 && !parse_enum<ActionKind>(words[3]))
      return failure("no such action: " + words[3]);
    for (const Action& action : decide().actions) {
      if (words.size() == 3 || to_string(action.kind) == words[3])
        return failure("expected no such action, but there is " +
                       std::string(to_string(action.kind)));
    }
    return {};
  }
  if (words[2] == "cleared" && words.size() == 4) {
    for (const Clearance& clearance : verdict_.clearances) {
      if (clearance.threat == words[3]) return failure(words[3] + " was cleared");
    }
    return {};
  }
  return failure("no such expectation: no " + words[2]);
}

}  // namespace bartizan::cases
