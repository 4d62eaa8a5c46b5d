#include "server/techniques.h"

#include "base/file.h"
#include "rules/yaml.h"

namespace bartizan::server {

Result<std::map<std::string, std::string>> load_technique_names(const std::filesystem::path& file) {
  BARTIZAN_ASSIGN(const std::string text, read_file(file, rules::kMaxYamlBytes));
  BARTIZAN_ASSIGN(const rules::YamlNode document, rules::parse_yaml(text, file.string()));
  std::map<std::string, std::string> out;
  const rules::YamlNode* techniques = document.find("techniques");
  if (techniques == nullptr || !techniques->is_map())
    return rules::error_at(file.string(), document, "techniques is missing");
  for (const rules::YamlEntry& entry : techniques->entries)
    out.emplace(entry.key, entry.value.text);
  return out;
}

}  // namespace bartizan::server
