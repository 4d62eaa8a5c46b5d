// The classifier of apps as content: the facts it asks for, its trees and its threshold. What it
// says of an app is detect's (detect/app/model.h); how it is made, docs/models.md.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace bartizan::intel {

// Where in an app a fact is looked for (content/models/apps.facts.yaml).
enum class AppFactKind : std::uint8_t {
  kPermission,  // requested, or asked of a component's callers
  kAction,      // named by an intent filter
  kName,        // a string of a DEX file is exactly one of the values
  kClass,       // a string of a DEX file is exactly one of the descriptors
  kCall,        // the method table of a DEX file has it: "Lclass;->name"
  kText,        // a string of a DEX file contains one of the values
};

struct AppFact {
  std::string column;  // its name in the data the model was trained on
  AppFactKind kind = AppFactKind::kPermission;
  std::vector<std::string> values;  // it holds when any of them is there
};

// Scores are whole millionths of a unit of log-odds: sums are exact and the same on every machine.
inline constexpr std::int64_t kScoreUnit = 1'000'000;

// A node of a tree in pre-order. The subtree for "the fact does not hold" follows it at once, the
// one for "it holds" begins at `present`.
struct AppModelNode {
  std::int32_t fact = -1;  // index into facts(); -1: a leaf
  std::uint32_t present = 0;
  std::int64_t value = 0;  // of a leaf; above: the average over the training apps, rounded
  std::int64_t apps = 0;   // training apps that came here; at least 1
};

// What a score means: of `of` benign training apps (scored by models that had not seen them),
// `benign` score at least `score`.
struct AppModelQuantile {
  std::int64_t score = 0;
  std::int64_t benign = 0;
  std::int64_t of = 0;
};

// A file of the content pack; the name is for errors.
struct NamedText {
  std::string name;
  std::string text;
};

class AppModel {
 public:
  AppModel() = default;
  // `facts` is content/models/apps.facts.yaml, `trees` content/models/apps.trees.*.txt in their
  // order. Every fact of the trees must be in `facts`. Errors read "file:line: message".
  static Result<AppModel> load(const NamedText& facts, std::span<const NamedText> trees);

  bool empty() const { return roots_.empty(); }  // no model in the content pack
  const std::string& version() const { return version_; }
  std::span<const AppFact> facts() const { return facts_; }
  std::optional<std::size_t> find_fact(std::string_view column) const;
  std::span<const AppModelNode> nodes() const { return nodes_; }
  std::span<const std::uint32_t> roots() const { return roots_; }
  // A score of this or more is suspicious.
  std::int64_t threshold() const { return threshold_; }
  // The highest quantile at or below `score`, or nothing below the lowest.
  const AppModelQuantile* quantile_of(std::int64_t score) const;

 private:
  friend class AppModelReader;

  std::string version_;
  std::vector<AppFact> facts_;
  std::vector<AppModelNode> nodes_;
  std::vector<std::uint32_t> roots_;
  std::vector<AppModelQuantile> quantiles_;  // by score, ascending
  std::int64_t threshold_ = 0;
};

}  // namespace bartizan::intel
