// A detection written as content: content/rules/VECTOR/NAME.yaml (docs/rules.md).
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/enums.h"
#include "rules/condition.h"

namespace bartizan::intel {

// A fact to quote in the finding when it is there, and what it says about the threat.
struct EvidenceSpec {
  std::string fact;
  std::string why;
  int weight = 0;  // its part of the confidence, 0-100
};

struct DetectionRule {
  std::string id;
  std::string version;
  std::string title;
  std::string observation;  // the kind it looks at
  rules::Condition condition;
  std::string threat;                // id in the catalogue
  std::optional<Severity> severity;  // absent: the threat's own
  int confidence = 0;                // 0-100
  std::vector<std::string>
      subject_key;            // facts, the first that is there names the subject; none: the device
  std::string subject_label;  // fact; empty: none
  std::string summary;        // one sentence; {fact} is replaced by the fact's value
  std::string would_change;   // what would have made the verdict another
  std::vector<EvidenceSpec> evidence;
};

// The rules below `folder` in the order of their ids. Conditions, facts and placeholders are
// checked against the observation's schema. Errors read "file:line: message".
Result<std::vector<DetectionRule>> load_rules(const std::filesystem::path& folder);

}  // namespace bartizan::intel
