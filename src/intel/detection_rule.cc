#include "intel/detection_rule.h"

#include <algorithm>

#include "intel/observation_facts.h"
#include "intel/yaml_folder.h"

namespace bartizan::intel {
namespace {

using rules::YamlMap;
using rules::YamlNode;

class RuleReader {
 public:
  explicit RuleReader(const ContentFile& file) : file_(file), map_(file.root, file.name) {}

  Result<DetectionRule> run() {
    BARTIZAN_ASSIGN(const std::string id, map_.text("id"));
    if (id != file_.id)
      return map_.error("the id must be '" + file_.id + "', as the file is named");
    BARTIZAN_ASSIGN(const std::string kind, map_.text("observation"));
    auto schema = fact_schema(kind);
    if (!schema) return map_.error("unknown observation kind '" + kind + "'");
    schema_ = *std::move(schema);

    BARTIZAN_ASSIGN(const YamlNode* const when, map_.node("when"));
    BARTIZAN_ASSIGN(auto condition, rules::Condition::compile(*when, schema_, file_.name));
    DetectionRule out{.id = id, .observation = kind, .condition = std::move(condition)};
    BARTIZAN_TRY(read_texts(out));
    BARTIZAN_TRY(read_subject(out));
    BARTIZAN_TRY(read_evidence(out));
    BARTIZAN_TRY(map_.finish());
    return out;
  }

 private:
  Status read_texts(DetectionRule& out) {
    BARTIZAN_ASSIGN(out.version, map_.text("version"));
    BARTIZAN_ASSIGN(out.title, map_.text("title"));
    BARTIZAN_ASSIGN(out.threat, map_.text("threat"));
    BARTIZAN_ASSIGN(const std::int64_t confidence, map_.integer("confidence", 1, 100));
    out.confidence = static_cast<int>(confidence);
    if (map_.has("severity")) {
      BARTIZAN_ASSIGN(out.severity, map_.enumerator<Severity>("severity"));
    }
    BARTIZAN_ASSIGN(out.would_change, map_.text("would_change"));
    BARTIZAN_ASSIGN(out.summary, map_.text("summary"));
    return check_placeholders(out.summary);
  }

  Status check_placeholders(const std::string& text) const {
    for (std::size_t open = text.find('{'); open != std::string::npos;
         open = text.find('{', open + 1)) {
      const std::size_t close = text.find('}', open);
      if (close == std::string::npos) return map_.error("'summary' has a '{' without its '}'");
      BARTIZAN_TRY(check_fact(text.substr(open + 1, close - open - 1)));
    }
    return {};
  }

  Status check_fact(const std::string& name) const {
    const bool known = std::any_of(schema_.begin(), schema_.end(),
                                   [&](const auto& field) { return field.name == name; });
    return known ? Status() : map_.error("the observation has no fact '" + name + "'");
  }

  Status read_subject(DetectionRule& out) {
    if (!map_.has("subject")) return {};
    BARTIZAN_ASSIGN(const YamlNode* const subject, map_.node("subject"));
    YamlMap fields(*subject, file_.name);
    BARTIZAN_ASSIGN(out.subject_key, fields.texts("key"));
    for (const std::string& fact : out.subject_key) BARTIZAN_TRY(check_fact(fact));
    BARTIZAN_ASSIGN(out.subject_label, fields.text_or("label", ""));
    if (!out.subject_label.empty()) BARTIZAN_TRY(check_fact(out.subject_label));
    return fields.finish();
  }

  Status read_evidence(DetectionRule& out) {
    BARTIZAN_ASSIGN(const YamlNode* const list, map_.node("evidence"));
    for (const YamlNode& item : list->items) {
      YamlMap map(item, file_.name);
      EvidenceSpec spec;
      BARTIZAN_ASSIGN(spec.fact, map.text("fact"));
      BARTIZAN_TRY(check_fact(spec.fact));
      BARTIZAN_ASSIGN(spec.why, map.text("why"));
      if (map.has("weight")) {
        BARTIZAN_ASSIGN(const std::int64_t weight, map.integer("weight", 1, 100));
        spec.weight = static_cast<int>(weight);
      }
      BARTIZAN_TRY(map.finish());
      out.evidence.push_back(std::move(spec));
    }
    if (out.evidence.empty())
      return rules::error_at(file_.name, *list, "'evidence' must be a list of facts");
    return {};
  }

  const ContentFile& file_;
  YamlMap map_;
  rules::FactSchema schema_;
};

}  // namespace

Result<std::vector<DetectionRule>> load_rules(const std::filesystem::path& folder) {
  BARTIZAN_ASSIGN(const auto files, read_yaml_folder(folder));
  std::vector<DetectionRule> out;
  for (const ContentFile& file : files) {
    BARTIZAN_ASSIGN(DetectionRule rule, RuleReader(file).run());
    out.push_back(std::move(rule));
  }
  return out;
}

}  // namespace bartizan::intel
