#include "policy/policy.h"
#include "rules/yaml.h"

namespace bartizan::policy {
namespace {

using rules::YamlNode;

const YamlNode* find_rule(const YamlNode& root, std::string_view name) {
  const YamlNode* list = root.find("rules");
  if (list == nullptr) return nullptr;
  for (const YamlNode& rule : list->items) {
    const YamlNode* rule_name = rule.find("name");
    if (rule_name != nullptr && rule_name->text == name) return &rule;
  }
  return nullptr;
}

// The place of a node in the text it was read from, in bytes.
std::size_t offset_of(std::string_view source, const YamlNode& node) {
  std::size_t begin = 0;
  for (int line = 1; line < node.line; ++line) {
    const std::size_t end = source.find('\n', begin);
    if (end == std::string_view::npos) return source.size();
    begin = end + 1;
  }
  return std::min(begin + static_cast<std::size_t>(node.column - 1), source.size());
}

}  // namespace

Result<std::string> with_mode(std::string_view source, std::string_view rule, PolicyMode mode) {
  const std::string file = "policy";
  BARTIZAN_ASSIGN(const YamlNode root, rules::parse_yaml(source, file));
  const YamlNode* found = find_rule(root, rule);
  if (found == nullptr)
    return Error{ErrorCode::kNotFound, "the policy has no rule '" + std::string(rule) + "'"};
  const YamlNode* written = found->find("mode");
  if (written == nullptr || !written->is_scalar())
    return rules::error_at(file, *found, "the rule has no mode");

  const std::size_t offset = offset_of(source, *written);
  const std::size_t begin = source.find(written->text, offset);
  // At most a quotation mark stands between the place of a scalar and its text.
  if (begin == std::string_view::npos || begin > offset + 1)
    return rules::error_at(file, *written, "the mode must be written plainly");
  std::string out(source);
  out.replace(begin, written->text.size(), to_string(mode));

  // The new text must say what was asked for, or it is not handed out.
  BARTIZAN_ASSIGN(const YamlNode changed, rules::parse_yaml(out, file));
  const YamlNode* changed_rule = find_rule(changed, rule);
  const YamlNode* changed_mode = changed_rule != nullptr ? changed_rule->find("mode") : nullptr;
  if (changed_mode == nullptr || changed_mode->text != to_string(mode))
    return rules::error_at(file, *written, "the mode must be written plainly");
  return out;
}

}  // namespace bartizan::policy
