#include "intel/threat_catalogue.h"

#include <algorithm>

#include "intel/observation_facts.h"
#include "intel/yaml_folder.h"
#include "rules/condition.h"

namespace bartizan::intel {
namespace {

using rules::YamlMap;
using rules::YamlNode;

Result<Advice> read_advice(const YamlNode& node, const std::string& file) {
  YamlMap map(node, file);
  Advice out;
  BARTIZAN_ASSIGN(out.what_happened, map.text("what_happened"));
  BARTIZAN_ASSIGN(out.what_to_do, map.texts("what_to_do"));
  BARTIZAN_TRY(map.finish());
  return out;
}

Status read_condition(YamlMap& map, const rules::FactSchema& schema, Resolution& out) {
  BARTIZAN_ASSIGN(const YamlNode* const when, map.node("when"));
  const auto condition = rules::Condition::compile(*when, schema, map.file());
  if (!condition) return condition.error();
  out.condition_source = canonical_json(rules::to_json(*when));
  return {};
}

// By an observation, with "same" and "when" narrowing it, or by time alone.
Result<Resolution> read_resolution(const YamlNode& node, const std::string& file) {
  YamlMap map(node, file);
  Resolution out;
  BARTIZAN_ASSIGN(out.text, map.text("text"));
  BARTIZAN_ASSIGN(out.observation, map.text_or("observation", ""));
  if (map.has("after")) {
    BARTIZAN_ASSIGN(const std::string after, map.text("after"));
    const auto duration = parse_duration(after);
    if (!duration || duration->count() <= 0) return map.error("'after' must be a duration: 7d");
    out.after = *duration;
  }
  if (out.observation.empty() == !out.after.has_value())
    return map.error("a resolution needs either 'observation' or 'after'");
  if (out.after) {
    BARTIZAN_TRY(map.finish());
    return out;
  }

  const auto schema = fact_schema(out.observation);
  if (!schema) return map.error("unknown observation kind '" + out.observation + "'");
  BARTIZAN_ASSIGN(out.same_field, map.text_or("same", ""));
  const bool known = std::any_of(schema->begin(), schema->end(),
                                 [&](const auto& field) { return field.name == out.same_field; });
  if (!out.same_field.empty() && !known)
    return map.error("'" + out.observation + "' has no field '" + out.same_field + "'");
  if (map.has("when")) BARTIZAN_TRY(read_condition(map, *schema, out));
  BARTIZAN_TRY(map.finish());
  return out;
}

Status read_platforms(YamlMap& map, Threat& threat) {
  BARTIZAN_ASSIGN(const auto names, map.texts("platforms"));
  for (const std::string& name : names) {
    const auto platform = parse_enum<Platform>(name);
    if (!platform) return map.error("unknown platform '" + name + "'");
    threat.platforms.push_back(*platform);
  }
  BARTIZAN_ASSIGN(const YamlNode* const user, map.node("user"));
  YamlMap texts(*user, map.file());
  for (const Platform platform : threat.platforms) {
    BARTIZAN_ASSIGN(const YamlNode* const advice, texts.node(to_string(platform)));
    BARTIZAN_ASSIGN(threat.user[platform], read_advice(*advice, map.file()));
  }
  return texts.finish();
}

bool is_technique(std::string_view id) {
  const auto digits = [](std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  if (!id.starts_with('T') || id.size() < 5 || !digits(id.substr(1, 4))) return false;
  return id.size() == 5 || (id.size() == 9 && id[5] == '.' && digits(id.substr(6)));
}

Result<Threat> read_threat(const ContentFile& file) {
  YamlMap map(file.root, file.name);
  Threat out;
  BARTIZAN_ASSIGN(out.id, map.text("id"));
  if (out.id != file.id) return map.error("the id must be '" + file.id + "', as the file is named");
  out.vector = out.id.substr(0, out.id.find('.'));
  BARTIZAN_ASSIGN(out.title, map.text("title"));
  BARTIZAN_ASSIGN(out.subject, map.text("subject"));
  BARTIZAN_ASSIGN(out.severity, map.enumerator<Severity>("severity"));
  BARTIZAN_ASSIGN(out.techniques, map.texts("techniques"));
  for (const std::string& technique : out.techniques) {
    if (!is_technique(technique)) return map.error("'" + technique + "' is no technique id");
  }
  BARTIZAN_ASSIGN(out.evidence_fields, map.texts("evidence"));
  BARTIZAN_TRY(read_platforms(map, out));
  BARTIZAN_ASSIGN(const YamlNode* const admin, map.node("admin"));
  BARTIZAN_ASSIGN(out.admin, read_advice(*admin, file.name));
  BARTIZAN_ASSIGN(const YamlNode* const resolves, map.node("resolves"));
  for (const YamlNode& item : resolves->items) {
    BARTIZAN_ASSIGN(Resolution resolution, read_resolution(item, file.name));
    out.resolves.push_back(std::move(resolution));
  }
  if (out.resolves.empty())
    return rules::error_at(file.name, *resolves, "'resolves' must be a list of resolutions");
  BARTIZAN_TRY(map.finish());
  return out;
}

}  // namespace

Result<std::vector<Threat>> load_threats(const std::filesystem::path& folder) {
  BARTIZAN_ASSIGN(const auto files, read_yaml_folder(folder));
  std::vector<Threat> out;
  for (const ContentFile& file : files) {
    BARTIZAN_ASSIGN(Threat threat, read_threat(file));
    out.push_back(std::move(threat));
  }
  return out;
}

}  // namespace bartizan::intel
