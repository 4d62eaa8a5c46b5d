// What the classifier says of one link, and what moved it. Pure: the same address and content give
// the same score on every machine, for sums are of whole numbers, and the one root and quotient of
// each channel are rounded the same everywhere (IEEE 754).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "detect/link/address.h"
#include "detect/link/link_facts.h"
#include "intel/content.h"
#include "intel/link_model.h"

namespace bartizan::detect {

// Everything the trees ask for, in the order of intel::kLinkFactNames.
using LinkInputs = std::array<std::int32_t, intel::kLinkFactNames.size()>;

struct LinkContribution {
  std::string_view fact;    // of intel::kLinkFactNames
  std::int64_t points = 0;  // millionths of a unit of log-odds; above zero: towards phishing
};

struct LinkScore {
  std::int64_t score = 0;                       // millionths of a unit of log-odds
  std::vector<LinkContribution> contributions;  // none of zero points; the strongest first
};

// `likeness`: the confidence of find_likeness, 0 for none. The content must have a link model.
LinkInputs link_inputs(const LinkAddress& address, int likeness, const intel::Content& content);
std::int64_t score_link(const intel::LinkModel& model, const LinkInputs& inputs);
// Whether the score is at least `threshold`; sooner known than the score itself.
bool reaches(const intel::LinkModel& model, const LinkInputs& inputs, std::int64_t threshold);
LinkScore explain_link(const intel::LinkModel& model, const LinkInputs& inputs);

// What a contribution towards phishing means, to complete "HOST looks like phishing: ".
std::string_view words_for(std::string_view fact);

// The words of host and path that speak most for phishing by themselves, at most three.
std::vector<std::string> telling_words(const LinkAddress& address, const intel::Content& content);

// 0 to 1, for people: a half where as many phishing as harmless training addresses score so. It is
// no probability: among the links people open hardly any is phishing.
double shown_score(std::int64_t score);

}  // namespace bartizan::detect
