#include "intel/techniques.h"

#include <algorithm>

#include "rules/yaml.h"

namespace bartizan::intel {
namespace {

using rules::YamlMap;

Result<std::vector<Platform>> read_platforms(YamlMap& map, std::string_view key) {
  std::vector<Platform> out;
  BARTIZAN_ASSIGN(const std::vector<std::string> names, map.texts_or_none(key));
  for (const std::string& name : names) {
    const auto platform = parse_enum<Platform>(name);
    if (!platform) return map.error("unknown platform '" + name + "'");
    out.push_back(*platform);
  }
  return out;
}

}  // namespace

Result<TechniqueSet> TechniqueSet::load(std::string_view text, const std::string& file) {
  BARTIZAN_ASSIGN(const rules::YamlNode root, rules::parse_yaml(text, file));
  const rules::YamlNode* techniques = root.find("techniques");
  if (techniques == nullptr || !techniques->is_map())
    return rules::error_at(file, root, "'techniques' must be a map");
  TechniqueSet out;
  for (const rules::YamlEntry& entry : techniques->entries) {
    YamlMap map(entry.value, file);
    Technique technique{.id = entry.key};
    BARTIZAN_ASSIGN(technique.name, map.text("name"));
    BARTIZAN_ASSIGN(technique.platforms, read_platforms(map, "platforms"));
    BARTIZAN_ASSIGN(technique.app_vetting, read_platforms(map, "app_vetting"));
    BARTIZAN_TRY(map.finish());
    out.all_.push_back(std::move(technique));
  }
  std::sort(out.all_.begin(), out.all_.end(),
            [](const Technique& a, const Technique& b) { return a.id < b.id; });
  return out;
}

const Technique* TechniqueSet::find(std::string_view id) const {
  const auto place = std::lower_bound(
      all_.begin(), all_.end(), id,
      [](const Technique& technique, std::string_view wanted) { return technique.id < wanted; });
  return place != all_.end() && place->id == id ? &*place : nullptr;
}

std::string_view TechniqueSet::name(std::string_view id) const {
  const Technique* technique = find(id);
  return technique == nullptr ? std::string_view() : technique->name;
}

}  // namespace bartizan::intel
