#include <charconv>

#include "rules/yaml.h"

namespace bartizan::rules {
namespace {

template <typename T>
std::optional<T> parse_whole(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
  for (const YamlEntry& entry : entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

std::optional<bool> YamlNode::as_boolean() const {
  if (!is_scalar() || quoted) return std::nullopt;
  if (text == "true") return true;
  if (text == "false") return false;
  return std::nullopt;
}

std::optional<std::int64_t> YamlNode::as_integer() const {
  if (!is_scalar() || quoted) return std::nullopt;
  return parse_whole<std::int64_t>(text);
}

std::optional<double> YamlNode::as_number() const {
  if (!is_scalar() || quoted || text.empty()) return std::nullopt;
  // from_chars would also take "inf" and "nan", which are no numbers to compare with.
  if (text.find_first_not_of("0123456789+-.eE") != std::string::npos) return std::nullopt;
  return parse_whole<double>(text);
}

Error error_at(const std::string& file, const YamlNode& node, std::string message) {
  return {ErrorCode::kInvalid, file + ":" + std::to_string(node.line) + ": " + std::move(message)};
}

json::value to_json(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      return nullptr;
    case YamlNode::Kind::kScalar:
      if (const auto boolean = node.as_boolean()) return *boolean;
      if (const auto integer = node.as_integer()) return *integer;
      if (const auto number = node.as_number()) return *number;
      return json::string(node.text);
    case YamlNode::Kind::kSequence: {
      json::array out;
      for (const YamlNode& item : node.items) out.push_back(to_json(item));
      return out;
    }
    case YamlNode::Kind::kMap: {
      json::object out;
      for (const YamlEntry& entry : node.entries) out[entry.key] = to_json(entry.value);
      return out;
    }
  }
  return nullptr;
}

Error YamlMap::at(std::string_view key, std::string message) const {
  const YamlNode* value = node_.find(key);
  return error_at(file_, value != nullptr ? *value : node_, std::move(message));
}

Result<const YamlNode*> YamlMap::node(std::string_view key) {
  asked_.emplace(key);
  if (!node_.is_map()) return error("a map is wanted here");
  const YamlNode* value = node_.find(key);
  if (value == nullptr) return error("'" + std::string(key) + "' is missing");
  return value;
}

Result<std::string> YamlMap::text(std::string_view key) {
  BARTIZAN_ASSIGN(const YamlNode* const value, node(key));
  if (!value->is_scalar() || value->text.empty())
    return error_at(file_, *value, "'" + std::string(key) + "' must be text and not empty");
  return value->text;
}

Result<std::string> YamlMap::text_or(std::string_view key, std::string fallback) {
  asked_.emplace(key);
  if (!has(key)) return fallback;
  return text(key);
}

Result<std::int64_t> YamlMap::integer(std::string_view key, std::int64_t least, std::int64_t most) {
  BARTIZAN_ASSIGN(const YamlNode* const value, node(key));
  const auto number = value->as_integer();
  if (!number || *number < least || *number > most)
    return error_at(file_, *value,
                    "'" + std::string(key) + "' must be an integer from " + std::to_string(least) +
                        " to " + std::to_string(most));
  return *number;
}

Result<std::vector<std::string>> YamlMap::texts_of(std::string_view key, const YamlNode& list) {
  const auto wrong = [&](const YamlNode& where) {
    return error_at(file_, where, "'" + std::string(key) + "' must be a list of text");
  };
  if (!list.is_sequence()) return wrong(list);
  std::vector<std::string> out;
  for (const YamlNode& item : list.items) {
    if (!item.is_scalar() || item.text.empty()) return wrong(item);
    out.push_back(item.text);
  }
  return out;
}

Result<std::vector<std::string>> YamlMap::texts(std::string_view key) {
  BARTIZAN_ASSIGN(const YamlNode* const value, node(key));
  BARTIZAN_ASSIGN(auto out, texts_of(key, *value));
  if (out.empty()) return error_at(file_, *value, "'" + std::string(key) + "' must not be empty");
  return out;
}

Result<std::vector<std::string>> YamlMap::texts_or_none(std::string_view key) {
  asked_.emplace(key);
  const YamlNode* value = node_.find(key);
  if (value == nullptr) return std::vector<std::string>{};
  return texts_of(key, *value);
}

Status YamlMap::finish() const {
  if (!node_.is_map()) return error("a map is wanted here");
  for (const YamlEntry& entry : node_.entries) {
    if (asked_.contains(entry.key)) continue;
    YamlNode place;
    place.line = entry.line;
    return error_at(file_, place, "unknown key '" + entry.key + "'");
  }
  return {};
}

}  // namespace bartizan::rules
