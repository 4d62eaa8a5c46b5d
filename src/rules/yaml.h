// YAML documents of our own and of operators as a plain tree that remembers its lines. Size, depth
// and nodes are bounded while the text is read; anchors, aliases, tags, repeated keys and keys that
// are not plain text are refused: nothing here needs them.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "model/enums.h"

namespace bartizan::rules {

inline constexpr std::size_t kMaxYamlBytes = 1 << 20;
inline constexpr std::size_t kMaxYamlNodes = 200'000;
inline constexpr int kMaxYamlDepth = 32;

struct YamlEntry;

struct YamlNode {
  enum class Kind { kNull, kScalar, kSequence, kMap };

  Kind kind = Kind::kNull;
  int line = 1;                    // from 1
  int column = 1;                  // from 1
  bool quoted = false;             // a scalar in quotes is text whatever it looks like
  std::string text;                // of a scalar
  std::vector<YamlNode> items;     // of a sequence
  std::vector<YamlEntry> entries;  // of a map, in the order written

  bool is_null() const { return kind == Kind::kNull; }
  bool is_scalar() const { return kind == Kind::kScalar; }
  bool is_sequence() const { return kind == Kind::kSequence; }
  bool is_map() const { return kind == Kind::kMap; }

  // The value under `key` of a map, or null.
  const YamlNode* find(std::string_view key) const;

  // A scalar as what it is written as (YAML 1.2 core schema, plain scalars only), or nothing.
  std::optional<bool> as_boolean() const;
  std::optional<std::int64_t> as_integer() const;
  std::optional<double> as_number() const;  // integers too
};

struct YamlEntry {
  std::string key;
  int line = 1;
  YamlNode value;
};

// One document. Errors read "file:line: message".
Result<YamlNode> parse_yaml(std::string_view text, const std::string& file);

// "file:line: message", as every error about a document reads.
Error error_at(const std::string& file, const YamlNode& node, std::string message);

// The same tree as JSON: plain true, false and numbers become what they look like, the rest text.
json::value to_json(const YamlNode& node);

// Reads the keys of one map and refuses those nobody asked for:
//
//   YamlMap map(node, file);
//   BARTIZAN_ASSIGN(const auto title, map.text("title"));
//   BARTIZAN_ASSIGN(const auto tags, map.texts_or_none("tags"));
//   BARTIZAN_TRY(map.finish());
//
// Borrows the node. A node that is no map makes every read an error.
class YamlMap {
 public:
  YamlMap(const YamlNode& node, std::string file) : node_(node), file_(std::move(file)) {}

  bool has(std::string_view key) const { return node_.find(key) != nullptr; }
  Result<const YamlNode*> node(std::string_view key);  // present, of any kind
  Result<std::string> text(std::string_view key);      // a scalar, not empty
  Result<std::string> text_or(std::string_view key, std::string fallback);
  Result<std::int64_t> integer(std::string_view key, std::int64_t least, std::int64_t most);
  Result<std::vector<std::string>> texts(std::string_view key);  // a list with at least one item
  Result<std::vector<std::string>> texts_or_none(std::string_view key);
  template <typename E>
  Result<E> enumerator(std::string_view key);

  // An error that names the first key no call above has asked for.
  Status finish() const;
  Error error(std::string message) const { return error_at(file_, node_, std::move(message)); }
  const std::string& file() const { return file_; }

 private:
  Error at(std::string_view key, std::string message) const;
  Result<std::vector<std::string>> texts_of(std::string_view key, const YamlNode& list);

  const YamlNode& node_;
  std::string file_;
  std::set<std::string, std::less<>> asked_;
};

template <typename E>
Result<E> YamlMap::enumerator(std::string_view key) {
  BARTIZAN_ASSIGN(const std::string spelling, text(key));
  if (const auto value = parse_enum<E>(spelling)) return *value;
  return at(key, "unknown " + std::string(key) + " '" + spelling + "'");
}

}  // namespace bartizan::rules
