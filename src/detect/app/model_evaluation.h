// How well the classifier ranks labelled apps, from rows in the format of Drebin-215.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "detect/app/model.h"
#include "intel/app_model.h"

namespace bartizan::detect {

inline constexpr std::size_t kMaxEvaluationColumns = 4096;
inline constexpr std::size_t kMaxUniqueVectors = 4'000'000;

// Apps that show the same facts, and so have the same score.
struct ScoredVector {
  std::int64_t score = 0;
  std::uint64_t malware = 0;
  std::uint64_t benign = 0;
};

// The CSV's rows as scores. Memory grows with the number of different vectors, not of rows.
class ModelEvaluation {
 public:
  explicit ModelEvaluation(const intel::AppModel& model) : model_(model) {}

  // The first line. The label is the column `class` (in any case) or else the last one. kInvalid:
  // no label, a column twice, none that the model knows.
  Status read_header(std::string_view line);
  // A row: 0, 1 or, for what is not known, "?" or nothing; the label S, malware or 1 against B,
  // benign or 0. A malformed row is an error and counts for nothing.
  Status read_row(std::string_view line);

  const std::vector<std::string>& missing_columns() const { return missing_; }  // of the model
  const std::vector<std::string>& extra_columns() const { return extra_; }      // not of the model
  std::vector<ScoredVector> vectors() const;

 private:
  using Key = std::string;  // a letter for each fact

  const intel::AppModel& model_;
  std::vector<std::optional<std::size_t>> facts_;  // by column
  std::size_t label_ = 0;
  std::vector<std::string> missing_;
  std::vector<std::string> extra_;
  std::unordered_map<Key, ScoredVector> vectors_;
};

struct Interval {
  double value = 0;
  double low = 0;
  double high = 0;
};

struct RankingMeasures {
  std::uint64_t malware = 0;
  std::uint64_t benign = 0;
  Interval tpr_at_1_percent;   // share of malware above the score that at most 1 % of benign exceed
  Interval tpr_at_01_percent;  // 0.1 %
  Interval auc;                // ties count half
  Interval tpr_at_threshold;   // of the model's own threshold
  Interval fpr_at_threshold;
  std::size_t resamples = 0;
};

// The first three with 95 % percentile intervals of a bootstrap that draws malware and benign apart
// (1,000 resamples, fewer above 200,000 apps; fixed seed), the last two with Wilson's. Each row
// counts once. kInvalid: no malware or no benign app.
Result<RankingMeasures> measure_ranking(std::span<const ScoredVector> vectors,
                                        std::int64_t threshold);

// Each vector once; those with both labels are left out.
std::vector<ScoredVector> unique_vectors(std::span<const ScoredVector> vectors);

}  // namespace bartizan::detect
