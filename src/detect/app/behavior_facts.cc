#include "detect/app/behavior_facts.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "detect/app/report.h"

namespace bartizan::detect {
namespace {

using Texts = std::set<std::string, std::less<>>;

json::array to_array(const Texts& texts) { return json::array(texts.begin(), texts.end()); }
json::array to_array(const std::vector<std::string>& texts) {
  return json::array(texts.begin(), texts.end());
}

struct ComponentFacts {
  Texts kinds, guards, actions, categories, schemes, metadata;

  void add(const parse::ManifestComponent& component) {
    kinds.emplace(to_string(component.kind));
    const bool bound = component.kind == parse::ComponentKind::kService ||
                       component.kind == parse::ComponentKind::kReceiver;
    if (bound && !component.permission.empty()) guards.insert(component.permission);
    actions.insert(component.actions.begin(), component.actions.end());
    categories.insert(component.categories.begin(), component.categories.end());
    for (const parse::IntentFilter& filter : component.filters) {
      for (const parse::IntentData& data : filter.data) {
        if (!data.scheme.empty()) schemes.insert(data.scheme);
      }
    }
    add(component.meta_data);
  }
  void add(const std::vector<parse::MetaData>& items) {
    for (const parse::MetaData& item : items) metadata.insert(item.name);
  }
};

void add_manifest_facts(const parse::AndroidManifest& manifest, json::object& facts) {
  facts["package"] = manifest.package;
  if (!manifest.label.empty()) facts["label"] = manifest.label;
  if (manifest.min_sdk) facts["min_sdk"] = *manifest.min_sdk;
  if (manifest.target_sdk) facts["target_sdk"] = *manifest.target_sdk;
  facts["debuggable"] = manifest.debuggable;
  facts["permissions"] = to_array(manifest.permissions);
  Texts features;
  for (const parse::RequiredName& feature : manifest.features) features.insert(feature.name);
  facts["features"] = to_array(features);
  ComponentFacts components;
  for (const parse::ManifestComponent& component : manifest.components) components.add(component);
  components.add(manifest.meta_data);
  facts["component_kinds"] = to_array(components.kinds);
  facts["components"] = to_array(components.guards);
  facts["intent_actions"] = to_array(components.actions);
  facts["categories"] = to_array(components.categories);
  facts["schemes"] = to_array(components.schemes);
  facts["metadata"] = to_array(components.metadata);
  // A manifest cut short may lack the activity that would have had the icon.
  if (!manifest.truncated) facts["has_launcher_icon"] = manifest.has_launcher_icon();
}

// "KEY" of every entitlement that is there and not false; of a list also "KEY=ITEM" for its texts.
Texts entitlement_facts(const parse::PlistValue& entitlements) {
  Texts out;
  for (const parse::PlistEntry& entry : entitlements.entries) {
    const parse::PlistValue& value = entry.value;
    if (value.type == parse::PlistType::kBoolean && !value.boolean) continue;
    const std::string key = parse::printable(entry.key);
    out.insert(key);
    for (const parse::PlistValue& item : value.items) {
      if (item.type == parse::PlistType::kString)
        out.insert(key + "=" + parse::printable(item.text));
    }
  }
  return out;
}

void add_ios_facts(const AppReport& report, json::object& facts) {
  const IosFacts& ios = *report.ios;
  if (ios.has_info_plist) {
    facts["package"] = parse::printable(ios.bundle_id);
    if (!ios.label.empty()) facts["label"] = parse::printable(ios.label);
    Texts keys, schemes;
    for (const std::string& key : ios.usage_descriptions) keys.insert(parse::printable(key));
    for (const std::string& mode : ios.background_modes)
      keys.insert("UIBackgroundModes=" + parse::printable(mode));
    for (const std::string& scheme : ios.url_schemes) schemes.insert(parse::printable(scheme));
    facts["plist_keys"] = to_array(keys);
    facts["schemes"] = to_array(schemes);
  }
  if (ios.entitlements) facts["entitlements"] = to_array(entitlement_facts(*ios.entitlements));
  if (ios.distribution != IosDistribution::kUnknown)
    facts["profile_kind"] = to_string(ios.distribution);
  if (ios.has_executable) {
    facts["imports"] = to_array(report.noted_imports);
    facts["frameworks"] = to_array(ios.frameworks);
  }
}

class CodeFactsBuilder {
 public:
  explicit CodeFactsBuilder(const CodeReport& code) : code_(code) {
    for (const CodeLocation& location : code.locations)
      out_.places.push_back(location.class_name + "->" + location.method);
  }

  void add(const CodeUse& use, CodeFact fact, std::string_view text) {
    const auto known = items_.emplace(text, static_cast<std::uint32_t>(out_.items.size()));
    if (known.second) out_.items.emplace_back(text);
    out_.uses.push_back({.place = use.location, .fact = fact, .item = known.first->second});
  }

  CodeFacts take() {
    std::sort(out_.uses.begin(), out_.uses.end());
    out_.uses.erase(std::unique(out_.uses.begin(), out_.uses.end()), out_.uses.end());
    out_.readable = code_.files > 0;
    return std::move(out_);
  }

  CodeFacts& facts() { return out_; }

 private:
  const CodeReport& code_;
  CodeFacts out_;
  std::map<std::string, std::uint32_t, std::less<>> items_;
};

}  // namespace

json::object behavior_file_facts(const AppReport& report) {
  json::object facts;
  if (report.manifest) add_manifest_facts(*report.manifest, facts);
  if (report.ios) {
    add_ios_facts(report, facts);
  } else {
    facts["entries"] = to_array(report.noted_entries);
    facts["native_imports"] = to_array(report.noted_imports);
  }
  facts["domains"] = to_array(report.domains);
  facts["anomalies"] = to_array(parse::anomaly_ids(report.anomalies));
  return facts;
}

CodeFacts behavior_code_facts(const CodeReport& code, const intel::BehaviorSet& behaviors) {
  const intel::BehaviorPatterns& patterns = behaviors.patterns();
  CodeFactsBuilder builder(code);
  const std::size_t calls = patterns.calls.size();
  for (const CodeUse& use : code.references) {
    if (use.pattern < calls) {
      builder.add(use, CodeFact::kCall, patterns.calls[use.pattern]);
    } else {
      builder.add(use, CodeFact::kField, patterns.fields[use.pattern - calls]);
    }
  }
  for (const CodeUse& use : code.overrides)
    builder.add(use, CodeFact::kOverride, patterns.overrides[use.pattern]);
  for (const CodeUse& use : code.strings) builder.add(use, CodeFact::kString, use.text);
  for (const CodeUse& use : code.urls) builder.add(use, CodeFact::kUrl, use.text);
  for (const std::uint32_t pattern : code.classes) {
    std::string name = patterns.classes[pattern];
    if (name.ends_with('*')) name.pop_back();
    builder.facts().classes.push_back(std::move(name));
  }
  return builder.take();
}

}  // namespace bartizan::detect
