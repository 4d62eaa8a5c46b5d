#include "intel/link_model.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "intel/model_text.h"

namespace bartizan::intel {
namespace {

constexpr std::size_t kMaxNodes = 1 << 18;
constexpr int kMaxDepth = 64;
constexpr std::int64_t kMaxLeaf = 1'000 * kScoreUnit;
constexpr std::int64_t kMaxValue = 1'000'000'000;
// A weight is one sign: '0' is the lowest, '~' the highest, the one in the middle is none.
constexpr char kLowest = '0';
constexpr char kHighest = '~';
constexpr int kMiddle = (kHighest - kLowest) / 2;

std::optional<std::int32_t> find_fact(std::string_view name) {
  const auto place = std::find(kLinkFactNames.begin(), kLinkFactNames.end(), name);
  if (place == kLinkFactNames.end()) return std::nullopt;
  return static_cast<std::int32_t>(place - kLinkFactNames.begin());
}

std::vector<std::int64_t> sum_of_highest(std::span<const LinkModelNode> nodes,
                                         std::span<const std::uint32_t> roots) {
  std::vector<std::int64_t> most(roots.size());
  std::int64_t after = 0;
  std::size_t end = nodes.size();
  for (std::size_t i = roots.size(); i-- > 0;) {
    std::int64_t highest = std::numeric_limits<std::int64_t>::min();
    for (std::size_t at = roots[i]; at < end; ++at)
      if (nodes[at].fact < 0) highest = std::max(highest, nodes[at].value);
    after += highest;
    most[i] = after;
    end = roots[i];
  }
  return most;
}

}  // namespace

// Reads the lines of links.*.txt: "KEY<tab>VALUE...", "#" begins a comment.
class LinkModelReader {
 public:
  explicit LinkModelReader(LinkModel& model) : model_(model) {}

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
    if (model_.roots_.empty() || model_.quantiles_.empty() || model_.version_.empty() ||
        model_.weights_.size() != LinkModel::kBuckets)
      return error("version, quantiles, trees and a weight for each bucket are wanted");
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
    if (key == "weights") return read_weights(line);
    if (key == "quantile") return read_quantile(line);
    if (key == "fact") return read_fact(line);
    if (key == "tree") return read_tree(line);
    return error("unknown key '" + std::string(key) + "'");
  }

  Status read_weights(std::string_view line) {
    if (model_.weights_.size() + line.size() > LinkModel::kBuckets)
      return error("more weights than buckets");
    for (const char c : line) {
      if (c < kLowest || c > kHighest) return error("a sign that is no weight");
      model_.weights_.push_back(static_cast<std::int8_t>(c - kLowest - kMiddle));
    }
    return {};
  }

  // False alarms of 1,000,000 harmless addresses, phishing addresses caught of 10,000, score.
  Status read_quantile(std::string_view line) {
    std::int64_t alarms = 0;
    std::int64_t caught = 0;
    LinkModelQuantile quantile;
    const bool read = read_integer(take_word(line, '\t'), 0, 1'000'000, alarms) &&
                      read_integer(take_word(line, '\t'), 0, 10'000, caught) &&
                      read_integer(line, -kMaxLeaf, kMaxLeaf, quantile.score);
    quantile.false_alarms = static_cast<double>(alarms) / 1000;
    quantile.caught = static_cast<double>(caught) / 100;
    const auto& others = model_.quantiles_;
    if (!read || (!others.empty() && (others.back().score <= quantile.score ||
                                      others.back().false_alarms >= quantile.false_alarms)))
      return error("more false alarms than the last one, catches, and a lower score are wanted");
    model_.quantiles_.push_back(quantile);
    return {};
  }

  Status read_fact(std::string_view name) {
    const std::optional<std::int32_t> index = find_fact(name);
    if (!index) return error("no fact is called '" + std::string(name) + "'");
    facts_.push_back(*index);
    return {};
  }

  Status read_tree(std::string_view words) {
    const auto root = static_cast<std::uint32_t>(model_.nodes_.size());
    BARTIZAN_TRY(read_node(words, 0));
    if (!words.empty()) return error("words after the end of the tree");
    model_.roots_.push_back(root);
    return {};
  }

  // A split is "FACT:MOST", then what follows for values up to that, then for higher ones; a leaf
  // is "=VALUE:ADDRESSES".
  Status read_node(std::string_view& words, int depth) {
    if (depth > kMaxDepth || model_.nodes_.size() >= kMaxNodes) return error("the tree is too big");
    std::string_view word = take_word(words, ' ');
    if (word.starts_with('=')) return read_leaf(word.substr(1));
    std::int64_t fact = 0;
    std::int64_t most = 0;
    if (!read_integer(take_word(word, ':'), 0, static_cast<std::int64_t>(facts_.size()) - 1,
                      fact) ||
        !read_integer(word, -kMaxValue, kMaxValue, most))
      return error("a node is \"FACT:MOST\" or \"=VALUE:ADDRESSES\"");
    const std::size_t node = model_.nodes_.size();
    model_.nodes_.push_back(
        {.fact = facts_[static_cast<std::size_t>(fact)], .most = static_cast<std::int32_t>(most)});
    BARTIZAN_TRY(read_node(words, depth + 1));
    const std::size_t above = model_.nodes_.size();
    BARTIZAN_TRY(read_node(words, depth + 1));
    LinkModelNode& split = model_.nodes_[node];
    const LinkModelNode& low = model_.nodes_[node + 1];
    const LinkModelNode& high = model_.nodes_[above];
    split.above = static_cast<std::uint32_t>(above);
    split.addresses = low.addresses + high.addresses;
    split.value = average(low.value, low.addresses, high.value, high.addresses);
    if (split.addresses > kMaxValue) return error("more addresses than there can be");
    return {};
  }

  Status read_leaf(std::string_view word) {
    LinkModelNode leaf;
    if (!read_integer(take_word(word, ':'), -kMaxLeaf, kMaxLeaf, leaf.value) ||
        !read_integer(word, 1, kMaxValue, leaf.addresses))
      return error("a leaf is \"=VALUE:ADDRESSES\"");
    model_.nodes_.push_back(leaf);
    return {};
  }

  LinkModel& model_;
  std::vector<std::int32_t> facts_;
  std::string file_;
  int line_ = 0;
};

Result<LinkModel> LinkModel::load(std::span<const NamedText> files) {
  LinkModel model;
  LinkModelReader reader(model);
  for (const NamedText& file : files) BARTIZAN_TRY(reader.read(file));
  BARTIZAN_TRY(reader.finish());
  model.most_from_ = sum_of_highest(model.nodes_, model.roots_);
  return model;
}

std::int64_t LinkModel::threshold(double per_thousand) const {
  std::int64_t score = quantiles_.front().score;
  for (const LinkModelQuantile& quantile : quantiles_) {
    if (quantile.false_alarms > per_thousand) break;
    score = quantile.score;
  }
  return score;
}

}  // namespace bartizan::intel
