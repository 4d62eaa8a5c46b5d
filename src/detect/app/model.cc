#include "detect/app/model.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdlib>

namespace bartizan::detect {
namespace {

using intel::AppFactKind;
using intel::AppModelNode;

// Walks the trees of one model with the facts of one app.
class Walk {
 public:
  Walk(const intel::AppModel& model, std::span<const FactState> facts)
      : nodes_(model.nodes()), facts_(facts) {
    assert(facts.size() == model.facts().size());
  }

  std::int64_t value_of(std::uint32_t at) const {
    while (nodes_[at].fact >= 0) {
      const AppModelNode& node = nodes_[at];
      const FactState state = state_of(node);
      if (state == FactState::kUnknown) return average_below(at);
      at = state == FactState::kPresent ? node.present : at + 1;
    }
    return nodes_[at].value;
  }

  // Adds what each fact on the way moves to `moved`, one number a fact. Below an unknown fact each
  // way counts by its share of the training apps.
  void attribute(std::uint32_t at, double weight, std::vector<double>& moved) const {
    while (nodes_[at].fact >= 0) {
      const AppModelNode& node = nodes_[at];
      const FactState state = state_of(node);
      if (state == FactState::kUnknown) {
        const auto apps = static_cast<double>(node.apps);
        attribute(at + 1, weight * static_cast<double>(nodes_[at + 1].apps) / apps, moved);
        attribute(node.present, weight * static_cast<double>(nodes_[node.present].apps) / apps,
                  moved);
        return;
      }
      const std::uint32_t next = state == FactState::kPresent ? node.present : at + 1;
      moved[static_cast<std::size_t>(node.fact)] +=
          weight * static_cast<double>(nodes_[next].value - node.value);
      at = next;
    }
  }

 private:
  FactState state_of(const AppModelNode& node) const {
    return facts_[static_cast<std::size_t>(node.fact)];
  }

  // Rounded to nearest, halves away from zero.
  std::int64_t average_below(std::uint32_t at) const {
    const AppModelNode& node = nodes_[at];
    const std::int64_t sum =
        value_of(at + 1) * nodes_[at + 1].apps + value_of(node.present) * nodes_[node.present].apps;
    return (sum + (sum < 0 ? -node.apps : node.apps) / 2) / node.apps;
  }

  std::span<const AppModelNode> nodes_;
  std::span<const FactState> facts_;
};

double in_units(std::int64_t points) {
  return static_cast<double>(points) / static_cast<double>(intel::kScoreUnit);
}

// "Landroid/telephony/SmsManager;->sendTextMessage" as Java writes it.
std::string readable(std::string_view value, AppFactKind kind) {
  std::string out(value);
  if (kind == AppFactKind::kCall) {
    const std::size_t arrow = out.find(";->");
    out.replace(arrow, 3, ".");
  }
  if (kind == AppFactKind::kCall || kind == AppFactKind::kClass) {
    if (out.starts_with('L')) out.erase(0, 1);
    if (out.ends_with(';')) out.pop_back();
    std::replace(out.begin(), out.end(), '/', '.');
  }
  return out;
}

// What an app does that shows the fact, and what one does that does not.
struct Phrase {
  std::string_view present;
  std::string_view absent;
};

Phrase phrase_of(AppFactKind kind) {
  switch (kind) {
    case AppFactKind::kPermission:
      return {"names the permission", "does not name the permission"};
    case AppFactKind::kAction:
      return {"listens for", "does not listen for"};
    case AppFactKind::kCall:
      return {"refers to the method", "does not refer to the method"};
    case AppFactKind::kClass:
      return {"refers to the class", "does not refer to the class"};
    case AppFactKind::kName:
      return {"has the name", "does not have the name"};
    case AppFactKind::kText:
      return {"has text with", "has no text with"};
  }
  return {};
}

// "refers to the method java.lang.Runtime.exec"
std::string describe(const intel::AppFact& fact, FactState state) {
  const Phrase phrase = phrase_of(fact.kind);
  const std::string what = readable(fact.values.front(), fact.kind);
  return std::string(state == FactState::kPresent ? phrase.present : phrase.absent) + " " + what;
}

std::string_view state_name(FactState state) {
  switch (state) {
    case FactState::kAbsent:
      return "absent";
    case FactState::kPresent:
      return "present";
    case FactState::kUnknown:
      return "unknown";
  }
  return "";
}

}  // namespace

std::int64_t score_app(const intel::AppModel& model, std::span<const FactState> facts) {
  const Walk walk(model, facts);
  std::int64_t score = 0;
  for (const std::uint32_t root : model.roots()) score += walk.value_of(root);
  return score;
}

ModelVerdict explain_score(const intel::AppModel& model, std::span<const FactState> facts) {
  ModelVerdict verdict{
      .version = model.version(), .score = score_app(model, facts), .threshold = model.threshold()};
  if (const intel::AppModelQuantile* quantile = model.quantile_of(verdict.score))
    verdict.benign_share =
        static_cast<double>(quantile->benign) / static_cast<double>(quantile->of);
  const auto unknown = std::count(facts.begin(), facts.end(), FactState::kUnknown);
  verdict.unknown = static_cast<std::size_t>(unknown);
  const Walk walk(model, facts);
  std::vector<double> moved(facts.size(), 0.0);
  for (const std::uint32_t root : model.roots()) walk.attribute(root, 1.0, moved);
  // With every fact known the differences are whole and `base` is the trees' average; what unknown
  // facts leave to round goes into `base`, so that the sum is exact.
  verdict.base = verdict.score;
  for (std::size_t fact = 0; fact < moved.size(); ++fact) {
    const std::int64_t points = std::llround(moved[fact]);
    if (points == 0) continue;
    verdict.base -= points;
    const intel::AppFact& asked = model.facts()[fact];
    verdict.contributions.push_back({.fact = asked.column,
                                     .text = describe(asked, facts[fact]),
                                     .state = facts[fact],
                                     .points = points});
  }
  std::stable_sort(verdict.contributions.begin(), verdict.contributions.end(),
                   [](const ModelContribution& a, const ModelContribution& b) {
                     return std::abs(a.points) > std::abs(b.points);
                   });
  return verdict;
}

json::object to_json(const ModelVerdict& verdict) {
  json::array contributions;
  for (const ModelContribution& contribution : verdict.contributions)
    contributions.push_back(json::object{{"fact", contribution.fact},
                                         {"state", state_name(contribution.state)},
                                         {"points", in_units(contribution.points)},
                                         {"text", contribution.text}});
  return {{"version", verdict.version},
          {"score", in_units(verdict.score)},
          {"threshold", in_units(verdict.threshold)},
          {"suspicious", verdict.suspicious()},
          {"benign_share", verdict.benign_share},
          {"base", in_units(verdict.base)},
          {"unknown", verdict.unknown},
          {"contributions", std::move(contributions)}};
}

}  // namespace bartizan::detect
