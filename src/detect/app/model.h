// What the classifier says of one app, and which facts moved it. Pure: the same facts and content
// give the same numbers on every machine, for all sums are of whole numbers.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "intel/app_model.h"

namespace bartizan::detect {

enum class FactState : std::uint8_t { kAbsent, kPresent, kUnknown };

struct ModelContribution {
  std::string fact;  // the name of its column in the training data
  std::string text;  // "names the permission android.permission.SEND_SMS"
  FactState state = FactState::kAbsent;
  std::int64_t points = 0;  // millionths of a unit of log-odds; above zero: towards malware
};

// Scores in millionths of a unit of log-odds.
struct ModelVerdict {
  std::string version;     // of the model
  std::int64_t score = 0;  // base and all contributions together
  std::int64_t threshold = 0;
  std::int64_t base = 0;                         // of an app of which nothing is known
  std::vector<ModelContribution> contributions;  // none of zero points; the strongest first
  std::size_t unknown = 0;                       // facts that could not be read
  // Share of benign training apps that score about as high or higher, as far as it was measured.
  double benign_share = 1;

  bool suspicious() const { return score >= threshold; }
};

// `facts` in the order of model.facts(), which must not be empty. An unknown fact counts as both
// answers, weighted by how many training apps gave each: it moves the score towards the average,
// never towards a verdict.
std::int64_t score_app(const intel::AppModel& model, std::span<const FactState> facts);

// The score with its explanation: each split on a tree's path moves the tree's average over the
// training apps, and the fact it asks for gets the difference (path attribution as of Saabas).
ModelVerdict explain_score(const intel::AppModel& model, std::span<const FactState> facts);

// docs/cli.md has the fields; scores are in units of log-odds.
json::object to_json(const ModelVerdict& verdict);

}  // namespace bartizan::detect
