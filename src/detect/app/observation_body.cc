#include "detect/app/observation_body.h"

#include <algorithm>
#include <set>
#include <string_view>

namespace bartizan::detect {
namespace {

json::array strings_array(const std::vector<std::string>& values, std::size_t most) {
  constexpr std::size_t kMaxItemBytes = 250;
  json::array out;
  for (const std::string& value : values) {
    if (out.size() == most) break;
    out.emplace_back(parse::printable(value, kMaxItemBytes));
  }
  return out;
}

void add_manifest_facts(const parse::AndroidManifest& manifest, json::object& body) {
  // Limits as in content/observations/app.installed.yaml, less the "..." of what is cut.
  body["package"] = parse::printable(manifest.package, 250);
  if (!manifest.label.empty()) body["label"] = parse::printable(manifest.label, 120);
  if (manifest.version_code) body["version_code"] = *manifest.version_code;
  if (!manifest.version_name.empty())
    body["version_name"] = parse::printable(manifest.version_name, 60);
  if (manifest.target_sdk) body["target_sdk"] = *manifest.target_sdk;
  body["permissions"] = strings_array(manifest.permissions, 512);
  std::set<std::string> guards;
  std::set<std::string> actions;
  for (const parse::ManifestComponent& component : manifest.components) {
    const bool guarded = component.kind == parse::ComponentKind::kService ||
                         component.kind == parse::ComponentKind::kReceiver;
    if (guarded && !component.permission.empty()) guards.insert(component.permission);
    actions.insert(component.actions.begin(), component.actions.end());
  }
  body["components"] = strings_array({guards.begin(), guards.end()}, 512);
  body["intent_actions"] = strings_array({actions.begin(), actions.end()}, 512);
  // A manifest cut short may lack the activity that would have had the icon.
  if (!manifest.truncated) body["has_launcher_icon"] = manifest.has_launcher_icon();
  body["debuggable"] = manifest.debuggable;
}

void add_signature_facts(const AppReport& report, json::object& body) {
  std::vector<std::string> sha256;
  std::vector<std::string> sha1;
  for (const parse::Certificate& signer : named_signers(report.phone_signature)) {
    sha256.push_back(signer.sha256);
    sha1.push_back(signer.sha1);
  }
  body["signers"] = strings_array(sha256, 16);
  body["signers_sha1"] = strings_array(sha1, 16);
  std::vector<std::string> past = report.phone_signature.lineage;
  std::erase_if(past, [&](const std::string& digest) {
    return std::find(sha256.begin(), sha256.end(), digest) != sha256.end();
  });
  body["signers_past"] = strings_array(past, 16);
  if (!report.ios) body["debug_signed"] = !report.test_key.empty();
  body["signature"] = to_string(report.phone_signature.verdict);
}

void add_model_facts(const ModelVerdict& verdict, json::object& body) {
  constexpr std::int64_t kThousandth = intel::kScoreUnit / 1000;
  constexpr std::size_t kMostFacts = 8;
  // Rounded down, so that what is below the threshold stays below zero.
  const std::int64_t above = verdict.score - verdict.threshold;
  body["model_score"] = above >= 0 ? above / kThousandth : (above + 1) / kThousandth - 1;
  std::vector<std::string> facts;
  for (const ModelContribution& contribution : verdict.contributions)
    if (contribution.points > 0) facts.push_back(contribution.text);
  body["model_facts"] = strings_array(facts, kMostFacts);
}

void add_yara_facts(const YaraFacts& yara, json::object& body) {
  // Without a match and not complete: whether one of the rules matches is not known.
  if (yara.matches.empty() && !yara.complete) return;
  std::vector<std::string> rules;
  std::set<std::string> tags;
  Severity highest = Severity::kLow;
  for (const YaraRuleMatch& match : yara.matches) {
    rules.push_back(match.rule);
    tags.insert(match.tags.begin(), match.tags.end());
    highest = std::max(highest, match.severity);
  }
  body["yara_rules"] = strings_array(rules, kMaxYaraRules);
  body["yara_tags"] = strings_array({tags.begin(), tags.end()}, 256);
  if (!rules.empty()) body["yara_severity"] = to_string(highest);
}

void add_ios_facts(const IosFacts& ios, json::object& body) {
  body["package"] = parse::printable(ios.bundle_id, 250);
  if (!ios.label.empty()) body["label"] = parse::printable(ios.label, 120);
  if (!ios.version_name.empty()) body["version_name"] = parse::printable(ios.version_name, 60);
  if (ios.has_info_plist) body["permissions"] = strings_array(ios.usage_descriptions, 512);
  if (ios.get_task_allow) body["debuggable"] = *ios.get_task_allow;
  if (!ios.team.empty()) body["team"] = parse::printable(ios.team, 60);
  body["distribution"] = to_string(ios.distribution);
  if (ios.profile && ios.profile->expires)
    body["profile_expires"] = to_rfc3339(*ios.profile->expires);
  if (ios.entitlements) {
    std::vector<std::string> names;
    for (const parse::PlistEntry& entry : ios.entitlements->entries) names.push_back(entry.key);
    body["entitlements"] = strings_array(names, 256);
  }
  body["injected_libraries"] = strings_array(ios.injected_libraries, 64);
}

}  // namespace

json::object app_observation_body(const AppReport& report,
                                  const std::optional<std::string>& installer) {
  json::object body;
  body["package"] = "";
  body["sha256"] = report.sha256;
  body["size"] = static_cast<std::int64_t>(report.size);
  if (report.manifest) {
    add_manifest_facts(*report.manifest, body);
    body["other_labels"] = strings_array(report.other_labels, kMaxOtherLabels);
  }
  if (report.ios) add_ios_facts(*report.ios, body);
  add_signature_facts(report, body);
  if (report.tlsh) body["tlsh"] = to_string(*report.tlsh);
  if (report.icon) body["icon_hash"] = to_string(report.icon->hash);
  if (installer) body["installer"] = parse::printable(*installer, 250);
  body["domains"] = strings_array(report.domains, kMaxDomains);
  body["anomalies"] = strings_array(parse::anomaly_ids(report.anomalies), 64);
  // Without a manifest or code that could be read, what the app can do is not known.
  if (report.manifest || report.code.files > 0) {
    std::vector<std::string> behaviors;
    for (const ShownBehavior& behavior : report.behaviors) behaviors.push_back(behavior.id);
    body["behaviors"] = strings_array(behaviors, 256);
  }
  if (report.yara) add_yara_facts(*report.yara, body);
  body["scan_truncated"] = report.truncated;
  if (report.model) add_model_facts(*report.model, body);
  return body;
}

}  // namespace bartizan::detect
