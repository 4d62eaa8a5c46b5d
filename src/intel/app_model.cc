#include "intel/app_model.h"

#include <algorithm>
#include <set>

#include "intel/model_text.h"
#include "rules/yaml.h"

namespace bartizan::intel {
namespace {

constexpr std::size_t kMaxFacts = 1024;
constexpr std::size_t kMaxTexts = 64;        // of kText, and bytes of them together: what one
constexpr std::size_t kMaxTextBytes = 1000;  // detect::WordMatcher takes
constexpr std::size_t kMaxNodes = 1 << 20;
constexpr int kMaxDepth = 64;
constexpr std::int64_t kMaxLeaf = 1'000 * kScoreUnit;
constexpr std::int64_t kMaxApps = 1'000'000'000;

struct FactKey {
  std::string_view key;
  AppFactKind kind;
};
constexpr FactKey kFactKeys[] = {
    {"permission", AppFactKind::kPermission},
    {"action", AppFactKind::kAction},
    {"name", AppFactKind::kName},
    {"class", AppFactKind::kClass},
    {"call", AppFactKind::kCall},
    {"text", AppFactKind::kText},
};

Result<AppFact> read_fact(const rules::YamlNode& node, const std::string& file) {
  rules::YamlMap map(node, file);
  AppFact fact;
  BARTIZAN_ASSIGN(fact.column, map.text("column"));
  for (const FactKey& candidate : kFactKeys) {
    if (!map.has(candidate.key) || !fact.values.empty()) continue;
    fact.kind = candidate.kind;
    BARTIZAN_ASSIGN(fact.values, map.texts(candidate.key));
  }
  if (fact.values.empty()) return map.error("where the fact is looked for is missing");
  for (const std::string& value : fact.values) {
    if (fact.kind == AppFactKind::kCall && value.find(";->") == std::string::npos)
      return map.error("'" + value + "' is no \"Lclass;->name\"");
  }
  BARTIZAN_TRY(map.finish());
  return fact;
}

Result<std::vector<AppFact>> read_facts(std::string_view yaml, const std::string& file) {
  BARTIZAN_ASSIGN(const rules::YamlNode root, rules::parse_yaml(yaml, file));
  if (!root.is_sequence()) return rules::error_at(file, root, "a list of facts is wanted");
  std::vector<AppFact> facts;
  std::set<std::string> columns;
  std::size_t texts = 0;
  std::size_t text_bytes = 0;
  for (const rules::YamlNode& node : root.items) {
    BARTIZAN_ASSIGN(AppFact fact, read_fact(node, file));
    if (fact.kind == AppFactKind::kText) {
      texts += fact.values.size();
      for (const std::string& value : fact.values) text_bytes += value.size();
    }
    if (texts > kMaxTexts || text_bytes > kMaxTextBytes)
      return rules::error_at(file, node, "more texts than are looked for at once");
    if (!columns.insert(fact.column).second)
      return rules::error_at(file, node, "'" + fact.column + "' is there twice");
    if (facts.size() == kMaxFacts) return rules::error_at(file, node, "too many facts");
    facts.push_back(std::move(fact));
  }
  return facts;
}

}  // namespace

// Reads the lines of apps.trees.*.txt: "KEY<tab>VALUE...", "#" begins a comment.
class AppModelReader {
 public:
  explicit AppModelReader(AppModel& model) : model_(model) {}

  Status read(const NamedText& file) {
    file_ = file.name;
    line_ = 0;
    std::string_view text = file.text;
    while (!text.empty()) {
      ++line_;
      const std::string_view line = take_word(text, '\n');
      if (line.empty() || line.front() == '#') continue;
      BARTIZAN_TRY(read_line(line));
    }
    return {};
  }

  // Nothing that a model needs was left out.
  Status finish() const {
    if (model_.roots_.empty() || model_.quantiles_.empty() || !has_threshold_ ||
        model_.version_.empty())
      return error("version, threshold, quantiles and trees are wanted");
    return {};
  }

 private:
  Error error(std::string message) const {
    return {ErrorCode::kInvalid, file_ + ":" + std::to_string(line_) + ": " + std::move(message)};
  }

  Status read_line(std::string_view line) {
    const std::string_view key = take_word(line, '\t');
    if (key == "version") {
      model_.version_ = line;
      return {};
    }
    if (key == "threshold") {
      has_threshold_ = read_integer(line, -kMaxLeaf, kMaxLeaf, model_.threshold_);
      return has_threshold_ ? Status() : error("a score is wanted");
    }
    if (key == "quantile") return read_quantile(line);
    if (key == "fact") return read_fact_name(line);
    if (key == "tree") return read_tree(line);
    return error("unknown key '" + std::string(key) + "'");
  }

  Status read_quantile(std::string_view line) {
    AppModelQuantile quantile;
    const bool read = read_integer(take_word(line, '\t'), -kMaxLeaf, kMaxLeaf, quantile.score) &&
                      read_integer(take_word(line, '\t'), 0, kMaxApps, quantile.benign) &&
                      read_integer(line, 1, kMaxApps, quantile.of);
    const auto& others = model_.quantiles_;
    if (!read || (!others.empty() && others.back().score >= quantile.score))
      return error("a score above the last one and two counts are wanted");
    model_.quantiles_.push_back(quantile);
    return {};
  }

  Status read_fact_name(std::string_view column) {
    const std::optional<std::size_t> index = model_.find_fact(column);
    if (!index) return error("no fact is called '" + std::string(column) + "'");
    facts_.push_back(static_cast<std::int32_t>(*index));
    return {};
  }

  Status read_tree(std::string_view words) {
    const auto root = static_cast<std::uint32_t>(model_.nodes_.size());
    BARTIZAN_TRY(read_node(words, 0));
    if (!words.empty()) return error("words after the end of the tree");
    model_.roots_.push_back(root);
    return {};
  }

  // A split is the number of its fact, then what follows when it does not hold, then when it does;
  // a leaf is "=VALUE:APPS".
  Status read_node(std::string_view& words, int depth) {
    if (depth > kMaxDepth || model_.nodes_.size() >= kMaxNodes) return error("the tree is too big");
    const std::string_view word = take_word(words, ' ');
    if (word.starts_with('=')) return read_leaf(word.substr(1));
    std::int64_t number = 0;
    if (!read_integer(word, 0, static_cast<std::int64_t>(facts_.size()) - 1, number))
      return error("'" + std::string(word) + "' is no node");
    const std::size_t node = model_.nodes_.size();
    model_.nodes_.push_back({.fact = facts_[static_cast<std::size_t>(number)]});
    BARTIZAN_TRY(read_node(words, depth + 1));
    const std::size_t present = model_.nodes_.size();
    BARTIZAN_TRY(read_node(words, depth + 1));
    AppModelNode& split = model_.nodes_[node];
    split.present = static_cast<std::uint32_t>(present);
    split.apps = model_.nodes_[node + 1].apps + model_.nodes_[present].apps;
    split.value = average(model_.nodes_[node + 1].value, model_.nodes_[node + 1].apps,
                          model_.nodes_[present].value, model_.nodes_[present].apps);
    if (split.apps > kMaxApps) return error("more apps than there can be");
    return {};
  }

  Status read_leaf(std::string_view word) {
    AppModelNode leaf;
    if (!read_integer(take_word(word, ':'), -kMaxLeaf, kMaxLeaf, leaf.value) ||
        !read_integer(word, 1, kMaxApps, leaf.apps))
      return error("a leaf is \"=VALUE:APPS\"");
    model_.nodes_.push_back(leaf);
    return {};
  }

  AppModel& model_;
  std::string file_;
  int line_ = 0;
  bool has_threshold_ = false;
  std::vector<std::int32_t> facts_;  // the file's numbers to those of model_.facts()
};

Result<AppModel> AppModel::load(const NamedText& facts, std::span<const NamedText> trees) {
  AppModel model;
  BARTIZAN_ASSIGN(model.facts_, read_facts(facts.text, facts.name));
  AppModelReader reader(model);
  for (const NamedText& file : trees) BARTIZAN_TRY(reader.read(file));
  BARTIZAN_TRY(reader.finish());
  return model;
}

std::optional<std::size_t> AppModel::find_fact(std::string_view column) const {
  const auto place = std::find_if(facts_.begin(), facts_.end(),
                                  [&](const AppFact& fact) { return fact.column == column; });
  if (place == facts_.end()) return std::nullopt;
  return static_cast<std::size_t>(place - facts_.begin());
}

const AppModelQuantile* AppModel::quantile_of(std::int64_t score) const {
  const auto above = std::upper_bound(
      quantiles_.begin(), quantiles_.end(), score,
      [](std::int64_t value, const AppModelQuantile& quantile) { return value < quantile.score; });
  return above == quantiles_.begin() ? nullptr : &*(above - 1);
}

}  // namespace bartizan::intel
