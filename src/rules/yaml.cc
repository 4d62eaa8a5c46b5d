#include "rules/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <sstream>

namespace bartizan::rules {
namespace {

// Leaves yaml-cpp's recursion as soon as a bound or a rule is broken; caught in parse_yaml.
struct Refusal {
  ErrorCode code;
  int line;
  std::string message;
};

// Builds the tree from the parser's events, so that a document is bounded while it is read.
class TreeBuilder final : public YAML::EventHandler {
 public:
  YamlNode take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (started_) refuse(mark, "only one document is allowed in a file");
    started_ = true;
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_anchor(mark, anchor);
    add(mark, {.kind = YamlNode::Kind::kNull});
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    refuse(mark, "aliases are not allowed");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    const bool quoted = tag == "!";
    // The core schema's other spellings of nothing; the parser itself reports only the empty one.
    if (!quoted && expects_value() && (value == "null" || value == "~")) {
      add(mark, {.kind = YamlNode::Kind::kNull});
      return;
    }
    add(mark, {.kind = YamlNode::Kind::kScalar, .quoted = quoted, .text = value});
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, YamlNode::Kind::kSequence);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, YamlNode::Kind::kMap);
  }
  void OnMapEnd() override { close(); }

 private:
  // A list or map being read, and the key whose value comes next.
  struct Level {
    YamlNode node;
    std::optional<YamlEntry> pending;
    std::set<std::string> keys;
  };

  [[noreturn]] static void refuse(const YAML::Mark& mark, std::string message,
                                  ErrorCode code = ErrorCode::kInvalid) {
    throw Refusal{code, mark.line + 1, std::move(message)};
  }
  static void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != 0) refuse(mark, "anchors are not allowed");
  }
  static void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    if (!tag.empty() && tag != "?" && tag != "!") refuse(mark, "tags are not allowed");
  }

  bool expects_value() const {
    return levels_.empty() || levels_.back().node.is_sequence() || levels_.back().pending;
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            YamlNode::Kind kind) {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    if (!expects_value()) refuse(mark, "a key must be plain text");
    if (levels_.size() >= static_cast<std::size_t>(kMaxYamlDepth))
      refuse(mark, "nested deeper than " + std::to_string(kMaxYamlDepth), ErrorCode::kLimit);
    levels_.push_back({.node = {.kind = kind, .line = mark.line + 1, .column = mark.column + 1}});
  }

  void close() {
    YamlNode done = std::move(levels_.back().node);
    levels_.pop_back();
    attach(std::move(done));
  }

  void add(const YAML::Mark& mark, YamlNode node) {
    if (++nodes_ > kMaxYamlNodes) refuse(mark, "too many values", ErrorCode::kLimit);
    node.line = mark.line + 1;
    node.column = mark.column + 1;
    if (expects_value()) {
      attach(std::move(node));
      return;
    }
    Level& map = levels_.back();
    if (node.is_null()) refuse(mark, "a key must be plain text");
    if (!map.keys.insert(node.text).second) refuse(mark, "key '" + node.text + "' is repeated");
    map.pending = YamlEntry{.key = std::move(node.text), .line = node.line, .value = {}};
  }

  void attach(YamlNode node) {
    if (levels_.empty()) {
      root_ = std::move(node);
      return;
    }
    Level& level = levels_.back();
    if (level.node.is_sequence()) {
      level.node.items.push_back(std::move(node));
      return;
    }
    level.pending->value = std::move(node);
    level.node.entries.push_back(std::move(*level.pending));
    level.pending.reset();
  }

  YamlNode root_;
  std::vector<Level> levels_;
  std::size_t nodes_ = 0;
  bool started_ = false;
};

Error error_on_line(const std::string& file, int line, ErrorCode code, std::string message) {
  return {code, file + ":" + std::to_string(line) + ": " + std::move(message)};
}

}  // namespace

Result<YamlNode> parse_yaml(std::string_view text, const std::string& file) {
  if (text.size() > kMaxYamlBytes)
    return Error{ErrorCode::kLimit,
                 file + ": larger than " + std::to_string(kMaxYamlBytes) + " bytes"};
  TreeBuilder tree;
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(tree)) {
    }
  } catch (const Refusal& refusal) {
    return error_on_line(file, refusal.line, refusal.code, refusal.message);
  } catch (const YAML::Exception& error) {
    return error_on_line(file, error.mark.line + 1, ErrorCode::kInvalid, error.msg);
  } catch (const std::exception& error) {
    return Error{ErrorCode::kInvalid, file + ": " + error.what()};
  }
  return tree.take();
}

}  // namespace bartizan::rules
