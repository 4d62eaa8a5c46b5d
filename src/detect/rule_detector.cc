#include "detect/rule_detector.h"

#include <algorithm>
#include <optional>

#include "intel/detection_rule.h"
#include "intel/observation_facts.h"

namespace bartizan::detect {
namespace {

constexpr std::size_t kMaxQuotedItems = 12;
constexpr std::size_t kMaxQuotedText = 256;

// A fact as evidence quotes it; empty when it is not there.
std::string quote(const json::object& facts, const std::string& name) {
  const json::value* value = facts.if_contains(name);
  if (value == nullptr || value->is_null()) return "";
  std::string out;
  if (const json::string* text = value->if_string()) {
    out = *text;
  } else if (const json::array* list = value->if_array()) {
    for (std::size_t i = 0; i < std::min(list->size(), kMaxQuotedItems); ++i) {
      const json::value& item = (*list)[i];
      if (item.is_string()) out += (out.empty() ? "" : ", ") + std::string(item.get_string());
    }
    if (list->size() > kMaxQuotedItems)
      out += " and " + std::to_string(list->size() - kMaxQuotedItems) + " more";
  } else {
    out = json::serialize(*value);
  }
  if (out.size() <= kMaxQuotedText) return out;
  std::size_t end = kMaxQuotedText;
  while (end > 0 && (out[end] & 0xC0) == 0x80) --end;  // not inside a UTF-8 character
  return out.substr(0, end) + "...";
}

// What a sentence says where a fact is not known.
std::string words_for_unknown(std::string_view fact, bool begins_sentence) {
  if (fact == "package")
    return begins_sentence ? "An app whose name could not be read"
                           : "an app whose name could not be read";
  return "unknown";
}

// `text` with each {fact} replaced by its value, or by words that say that it is not known.
std::string fill_in(const std::string& text, const json::object& facts) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t close = text[i] == '{' ? text.find('}', i) : std::string::npos;
    if (close == std::string::npos) {
      out += text[i];
      continue;
    }
    const std::string fact = text.substr(i + 1, close - i - 1);
    const std::string value = quote(facts, fact);
    out += value.empty() ? words_for_unknown(fact, out.empty()) : value;
    i = close;
  }
  return out;
}

Subject subject_of(const intel::DetectionRule& rule, const Threat& threat,
                   const json::object& facts) {
  Subject out{.kind = threat.subject};
  for (const std::string& fact : rule.subject_key) {
    if (!out.key.empty()) break;
    out.key = get_string(facts, fact).value_or("");
  }
  if (!rule.subject_label.empty()) out.label = get_string(facts, rule.subject_label).value_or("");
  return out;
}

Finding finding_of(const intel::DetectionRule& rule, const Threat& threat,
                   const Observation& observation, const Context& context,
                   const json::object& facts) {
  Finding out = draft_finding(observation, context, rule.threat, subject_of(rule, threat, facts),
                              rule.id, rule.version);
  if (rule.severity) out.severity = *rule.severity;
  out.confidence = rule.confidence;
  out.summary = fill_in(rule.summary, facts);
  out.would_change = rule.would_change;
  for (const intel::EvidenceSpec& spec : rule.evidence) {
    std::string value = quote(facts, spec.fact);
    if (value.empty()) continue;
    out.evidence.push_back(
        {.fact = spec.fact, .value = std::move(value), .why = spec.why, .weight = spec.weight});
  }
  return out;
}

}  // namespace

void run_rules(const Observation& observation, const Context& context,
               std::vector<Finding>& findings) {
  std::optional<json::object> facts;  // of a kind that no rule looks at nobody needs them
  for (const intel::DetectionRule& rule : context.content.rules()) {
    if (rule.observation != observation.kind) continue;
    if (!facts) facts = intel::facts_of(observation, context.evaluated_at, context.platform);
    const Threat* threat = context.content.find_threat(rule.threat);
    if (threat == nullptr) continue;  // a test of the content keeps this from happening
    const auto& platforms = threat->platforms;
    if (std::find(platforms.begin(), platforms.end(), context.platform) == platforms.end())
      continue;
    if (rule.condition.evaluate(*facts) != rules::Truth::kTrue) continue;
    findings.push_back(finding_of(rule, *threat, observation, context, *facts));
  }
}

}  // namespace bartizan::detect
