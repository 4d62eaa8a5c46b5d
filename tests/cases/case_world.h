// The phone of one case: what it observes goes through detect, fold, policy and response as on the
// server, and expectations are held against what came of it.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/time.h"
#include "case_file.h"
#include "detect/detector.h"
#include "model/device.h"
#include "model/scanned_app.h"
#include "policy/policy.h"
#include "respond/respond.h"

namespace bartizan::cases {

// What the cases have met so far, by id.
struct Coverage {
  std::set<std::string> threats;  // found
  std::set<std::string> cleared;  // whose resolve condition was met, or whose time ran out
  std::set<std::string> rules;    // that found something
};

class World {
 public:
  World(const intel::Content& content, const std::vector<PolicyDocument>& default_policies,
        Coverage& coverage);

  // Does what the line says. The error says what was expected and what was found instead.
  Status run(const Line& line);
  // What the last observation still owes: findings nobody expected.
  Status finish();

 private:
  using Words = std::vector<std::string>;

  Status set_device(const std::string& text);
  Status set_policy(const std::string& source);
  Status set_channels(const Words& words);
  Status upload(const std::string& text);
  void judge_uploads(const Observation& observation, const detect::Context& context,
                     detect::Verdict& verdict) const;
  Status observe(const std::string& kind, const std::string& body);
  Status wait(const std::string& duration);
  void follow_silence();

  Status expect(const Words& words);
  Status expect_finding(const Words& words);
  Status expect_nothing();
  Status expect_cleared(const Words& words);
  Status expect_problem(const Words& words);
  Status expect_risk(const Words& words);
  Status expect_protection(const Words& words);
  Status expect_decision(const Words& words);
  Status expect_action(const Words& words);
  Status expect_no(const Words& words);

  struct Outcome {
    std::vector<Decision> decisions;
    std::vector<Action> actions;
  };
  Outcome decide();  // for every open problem
  std::string describe_findings() const;

  const intel::Content& content_;
  Coverage& coverage_;
  std::vector<policy::Policy> policies_;
  std::optional<Error> policy_error_;
  respond::Channels channels_;
  Device device_;
  Timestamp now_;
  std::vector<ComparedApp> uploads_;  // that the next apps stand beside
  std::vector<Problem> problems_;
  detect::Verdict verdict_;
  std::vector<bool> expected_;  // which findings of verdict_ an expectation named
  bool strict_ = false;         // an expectation spoke of findings: all must be named
  int observed_ = 0;
};

}  // namespace bartizan::cases
