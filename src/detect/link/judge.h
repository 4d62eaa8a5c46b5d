// The judgement on one link, the same wherever the link came from.
#pragma once

#include <string>
#include <vector>

#include "detect/link/address.h"
#include "intel/content.h"
#include "model/finding.h"

namespace bartizan::detect {

inline constexpr std::string_view kLinkRuleVersion = "2";

// The threat that the model of links alone stands for.
inline constexpr std::string_view kSuspectedPhishing = "link.suspected_phishing";
// How many false alarms of 1,000 links opened the model of links may give.
inline constexpr double kWarnFalseAlarms = 1;

struct LinkConclusion {
  std::string threat;  // link.known_phishing, link.homograph...
  int confidence = 0;  // 0-100
  std::string summary;
  std::vector<Evidence> evidence;
  std::string would_change;
};

// Known bad addresses first, then likeness to a brand, then tricks of writing; at most one of each.
// Where none of these speaks, what the model of links suspects.
std::vector<LinkConclusion> judge_link(const LinkAddress& address, const intel::Content& content);

}  // namespace bartizan::detect
