#include "detect/app/model_evaluation.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <random>
#include <set>

namespace bartizan::detect {
namespace {

constexpr std::size_t kResamples = 1000;
constexpr std::uint64_t kDraws = 200'000'000;  // in all resamples: some seconds
constexpr double kZ95 = 1.959963984540054;     // the normal distribution's 97.5 % point

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  while (!text.empty() && kBlanks.find(text.front()) != std::string_view::npos)
    text.remove_prefix(1);
  while (!text.empty() && kBlanks.find(text.back()) != std::string_view::npos)
    text.remove_suffix(1);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
    text = text.substr(1, text.size() - 2);
  return text;
}

std::vector<std::string_view> split_row(std::string_view line, std::size_t most) {
  std::vector<std::string_view> cells;
  while (cells.size() <= most) {
    const std::size_t end = line.find(',');
    cells.push_back(trim(line.substr(0, end)));
    if (end == std::string_view::npos) break;
    line.remove_prefix(end + 1);
  }
  return cells;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::optional<bool> is_malware(std::string_view label) {
  const std::string word = lower(label);
  if (word == "s" || word == "1" || word == "malware" || word == "malicious") return true;
  if (word == "b" || word == "0" || word == "benign") return false;
  return std::nullopt;
}

Error invalid(std::string message) { return {ErrorCode::kInvalid, std::move(message)}; }

// Apps with one score, scores in descending order.
struct Step {
  std::uint64_t malware = 0;
  std::uint64_t benign = 0;
};

struct Shares {
  double tpr_at_1_percent = 0;
  double tpr_at_01_percent = 0;
  double auc = 0;
};

Shares shares_of(std::span<const Step> steps, std::uint64_t malware, std::uint64_t benign) {
  const double all_malware = static_cast<double>(malware);
  const double all_benign = static_cast<double>(benign);
  Shares out;
  std::uint64_t caught = 0;
  std::uint64_t alarms = 0;
  double above = 0;  // pairs in which the malware scores higher
  for (const Step& step : steps) {
    above += static_cast<double>(step.benign) *
             (static_cast<double>(caught) + static_cast<double>(step.malware) / 2);
    caught += step.malware;
    alarms += step.benign;
    const double tpr = static_cast<double>(caught) / all_malware;
    const double fpr = static_cast<double>(alarms) / all_benign;
    if (fpr <= 0.01) out.tpr_at_1_percent = tpr;
    if (fpr <= 0.001) out.tpr_at_01_percent = tpr;
  }
  out.auc = above / all_malware / all_benign;
  return out;
}

// The same numbers on every machine: std::uniform_int_distribution would not promise them. The
// bias of a remainder of 64 bits is far below what 1,000 resamples can show.
std::size_t draw(std::mt19937_64& random, std::size_t below) { return random() % below; }

Interval percentiles(double value, std::vector<double> samples) {
  std::sort(samples.begin(), samples.end());
  const auto at = [&](double share) {
    return samples[static_cast<std::size_t>(share * static_cast<double>(samples.size() - 1) + 0.5)];
  };
  return {.value = value, .low = at(0.025), .high = at(0.975)};
}

Interval wilson(std::uint64_t hits, std::uint64_t of) {
  const double n = static_cast<double>(of);
  const double share = static_cast<double>(hits) / n;
  const double centre = (share + kZ95 * kZ95 / (2 * n)) / (1 + kZ95 * kZ95 / n);
  const double half =
      kZ95 / (1 + kZ95 * kZ95 / n) * std::sqrt(share * (1 - share) / n + kZ95 * kZ95 / (4 * n * n));
  return {
      .value = share, .low = std::max(0.0, centre - half), .high = std::min(1.0, centre + half)};
}

void bootstrap(std::span<const Step> steps, RankingMeasures& measures) {
  std::vector<std::uint32_t> malware_steps;  // the step of each app
  std::vector<std::uint32_t> benign_steps;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    malware_steps.insert(malware_steps.end(), steps[i].malware, static_cast<std::uint32_t>(i));
    benign_steps.insert(benign_steps.end(), steps[i].benign, static_cast<std::uint32_t>(i));
  }
  std::mt19937_64 random(1);
  std::vector<double> at_1;
  std::vector<double> at_01;
  std::vector<double> auc;
  std::vector<Step> drawn(steps.size());
  for (std::size_t i = 0; i < measures.resamples; ++i) {
    std::fill(drawn.begin(), drawn.end(), Step{});
    for (std::size_t n = malware_steps.size(); n > 0; --n)
      ++drawn[malware_steps[draw(random, malware_steps.size())]].malware;
    for (std::size_t n = benign_steps.size(); n > 0; --n)
      ++drawn[benign_steps[draw(random, benign_steps.size())]].benign;
    const Shares shares = shares_of(drawn, measures.malware, measures.benign);
    at_1.push_back(shares.tpr_at_1_percent);
    at_01.push_back(shares.tpr_at_01_percent);
    auc.push_back(shares.auc);
  }
  const Shares whole = shares_of(steps, measures.malware, measures.benign);
  measures.tpr_at_1_percent = percentiles(whole.tpr_at_1_percent, std::move(at_1));
  measures.tpr_at_01_percent = percentiles(whole.tpr_at_01_percent, std::move(at_01));
  measures.auc = percentiles(whole.auc, std::move(auc));
}

}  // namespace

Status ModelEvaluation::read_header(std::string_view line) {
  if (line.starts_with("\xef\xbb\xbf")) line.remove_prefix(3);
  const std::vector<std::string_view> names = split_row(line, kMaxEvaluationColumns);
  if (names.size() > kMaxEvaluationColumns) return invalid("too many columns");
  label_ = names.size() - 1;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (lower(names[i]) == "class") label_ = i;
  if (model_.find_fact(names[label_]))
    return invalid("the label is missing: a column \"class\" is wanted");
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!seen.insert(names[i]).second)
      return invalid("the column '" + std::string(names[i]) + "' is there twice");
    facts_.push_back(i == label_ ? std::nullopt : model_.find_fact(names[i]));
    if (i != label_ && !facts_.back()) extra_.emplace_back(names[i]);
  }
  for (const intel::AppFact& fact : model_.facts())
    if (!seen.contains(fact.column)) missing_.push_back(fact.column);
  if (missing_.size() == model_.facts().size())
    return invalid("no column of the model is there; the first line must name the columns");
  return {};
}

Status ModelEvaluation::read_row(std::string_view line) {
  const std::vector<std::string_view> cells = split_row(line, facts_.size());
  if (cells.size() != facts_.size())
    return invalid("as many cells as columns are wanted: " + std::to_string(facts_.size()));
  const std::optional<bool> malware = is_malware(cells[label_]);
  if (!malware) return invalid("the label is none of S, B, 1, 0, malware, benign");
  Key key(model_.facts().size(), '?');
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (!facts_[i]) continue;
    if (cells[i].empty() || cells[i] == "?") continue;
    if (cells[i] != "0" && cells[i] != "1")
      return invalid("column " + std::to_string(i + 1) + ": 0, 1 or ? is wanted");
    key[*facts_[i]] = cells[i].front();
  }
  auto place = vectors_.find(key);
  if (place == vectors_.end()) {
    if (vectors_.size() == kMaxUniqueVectors)
      return Error{ErrorCode::kLimit, "more different vectors than can be held"};
    std::vector<FactState> facts(key.size());
    std::transform(key.begin(), key.end(), facts.begin(), [](char c) {
      return c == '1' ? FactState::kPresent : c == '0' ? FactState::kAbsent : FactState::kUnknown;
    });
    place = vectors_.emplace(std::move(key), ScoredVector{.score = score_app(model_, facts)}).first;
  }
  ++(*malware ? place->second.malware : place->second.benign);
  return {};
}

std::vector<ScoredVector> ModelEvaluation::vectors() const {
  std::vector<ScoredVector> out;
  out.reserve(vectors_.size());
  for (const auto& [key, vector] : vectors_) out.push_back(vector);
  // In an order that does not depend on the map's.
  std::sort(out.begin(), out.end(), [](const ScoredVector& a, const ScoredVector& b) {
    if (a.score != b.score) return a.score > b.score;
    return a.malware != b.malware ? a.malware > b.malware : a.benign > b.benign;
  });
  return out;
}

Result<RankingMeasures> measure_ranking(std::span<const ScoredVector> vectors,
                                        std::int64_t threshold) {
  std::vector<ScoredVector> sorted(vectors.begin(), vectors.end());
  std::sort(sorted.begin(), sorted.end(),
            [](const ScoredVector& a, const ScoredVector& b) { return a.score > b.score; });
  RankingMeasures measures;
  std::vector<Step> steps;
  Step above;  // the threshold
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (i == 0 || sorted[i].score != sorted[i - 1].score) steps.emplace_back();
    steps.back().malware += sorted[i].malware;
    steps.back().benign += sorted[i].benign;
    measures.malware += sorted[i].malware;
    measures.benign += sorted[i].benign;
    if (sorted[i].score >= threshold) {
      above.malware += sorted[i].malware;
      above.benign += sorted[i].benign;
    }
  }
  if (measures.malware == 0 || measures.benign == 0)
    return invalid("malware and benign apps are both wanted");
  const std::uint64_t apps = measures.malware + measures.benign;
  measures.resamples = std::clamp<std::size_t>(kDraws / apps, 20, kResamples);
  bootstrap(steps, measures);
  measures.tpr_at_threshold = wilson(above.malware, measures.malware);
  measures.fpr_at_threshold = wilson(above.benign, measures.benign);
  return measures;
}

std::vector<ScoredVector> unique_vectors(std::span<const ScoredVector> vectors) {
  std::vector<ScoredVector> out;
  for (const ScoredVector& vector : vectors) {
    if (vector.malware != 0 && vector.benign != 0) continue;
    out.push_back({.score = vector.score,
                   .malware = vector.malware == 0 ? 0U : 1U,
                   .benign = vector.benign == 0 ? 0U : 1U});
  }
  return out;
}

}  // namespace bartizan::detect
