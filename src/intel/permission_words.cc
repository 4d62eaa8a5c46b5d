#include "intel/permission_words.h"

#include <algorithm>

#include "rules/yaml.h"

namespace bartizan::intel {
namespace {

using rules::YamlMap;

bool by_permission(const PermissionWords& a, const PermissionWords& b) {
  return a.permission < b.permission;
}

}  // namespace

Result<PermissionWordList> PermissionWordList::load(std::string_view text,
                                                    const std::string& file) {
  BARTIZAN_ASSIGN(const rules::YamlNode root, rules::parse_yaml(text, file));
  YamlMap document(root, file);
  BARTIZAN_ASSIGN(const rules::YamlNode* groups, document.node("groups"));
  BARTIZAN_TRY(document.finish());
  if (!groups->is_map()) return rules::error_at(file, *groups, "'groups' must be a map");
  PermissionWordList out;
  for (const rules::YamlEntry& group : groups->entries) {
    YamlMap map(group.value, file);
    BARTIZAN_ASSIGN(std::string title, map.text("title"));
    BARTIZAN_ASSIGN(const rules::YamlNode* permissions, map.node("permissions"));
    BARTIZAN_TRY(map.finish());
    if (!permissions->is_map()) return map.error("'permissions' must be a map");
    for (const rules::YamlEntry& entry : permissions->entries) {
      if (!entry.value.is_scalar())
        return rules::error_at(file, entry.value, "what " + entry.key + " allows must be a text");
      out.all_.push_back(
          {.permission = entry.key, .text = entry.value.text, .group = out.groups_.size()});
    }
    out.groups_.push_back({.id = group.key, .title = std::move(title)});
  }
  std::sort(out.all_.begin(), out.all_.end(), by_permission);
  const auto twice =
      std::adjacent_find(out.all_.begin(), out.all_.end(),
                         [](const auto& a, const auto& b) { return a.permission == b.permission; });
  if (twice != out.all_.end())
    return rules::error_at(file, *groups, twice->permission + " is in two groups");
  return out;
}

const PermissionWords* PermissionWordList::find(std::string_view permission) const {
  const auto place = std::lower_bound(
      all_.begin(), all_.end(), permission,
      [](const PermissionWords& a, std::string_view wanted) { return a.permission < wanted; });
  return place != all_.end() && place->permission == permission ? &*place : nullptr;
}

}  // namespace bartizan::intel
