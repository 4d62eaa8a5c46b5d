// What the operator's YARA rules say of an app.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "intel/yara_rules.h"
#include "model/enums.h"

namespace bartizan::detect {

inline constexpr std::size_t kMaxYaraRules = 256;  // that match in one app
inline constexpr std::size_t kMaxYaraPlaces = 8;   // of one rule

struct YaraPlace {
  std::string entry;  // "lib/arm64-v8a/libnative.so", "assets/inner.apk!classes.dex"
  std::vector<intel::YaraString> strings;  // offsets within the entry as it is inflated
};

// A rule that matches, once for the whole app.
struct YaraRuleMatch {
  std::string rule;
  std::string file;
  std::vector<std::string> tags;
  std::vector<intel::YaraMeta> meta;
  Severity severity = Severity::kMedium;
  std::vector<YaraPlace> places;  // the first kMaxYaraPlaces
  std::size_t entries = 0;        // in how many it matches
};

struct YaraFacts {
  // Every entry was looked at with every rule. False: a rule that is not here may match all the
  // same; the anomalies say why.
  bool complete = true;
  std::vector<YaraRuleMatch> matches;
};

// What the rule's meta `severity` says when it is the text low, medium or high, in either case of
// letters; anything else, or none, is medium.
Severity severity_of(const std::vector<intel::YaraMeta>& meta);

}  // namespace bartizan::detect
