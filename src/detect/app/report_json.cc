#include "detect/app/report_json.h"

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "detect/app/ios_json.h"
#include "detect/app/report_parts.h"
#include "detect/app/signature_json.h"

namespace bartizan::detect {
namespace {

json::array to_json_array(const std::vector<std::string>& values) {
  return json::array(values.begin(), values.end());
}

// Counts as `dexdump -d` has them.
json::object dex_json(const CodeReport& code) {
  return {{"files", code.files},
          {"classes", code.counts.classes},
          {"methods", code.counts.methods},
          {"invokes", code.counts.invokes},
          {"dynamic_invokes", code.counts.dynamic_invokes},
          {"const_strings", code.counts.const_strings},
          {"reached_methods", code.reached_methods},
          {"compilers", to_json_array(code.compilers)}};
}

json::array behaviors_json(const std::vector<ShownBehavior>& behaviors) {
  json::array out;
  for (const ShownBehavior& behavior : behaviors) {
    json::array evidence;
    for (const BehaviorEvidence& item : behavior.evidence)
      evidence.push_back(json::object{{"where", item.where}, {"what", item.what}});
    out.push_back(json::object{{"id", behavior.id},
                               {"title", behavior.title},
                               {"techniques", to_json_array(behavior.techniques)},
                               {"evidence", std::move(evidence)}});
  }
  return out;
}

// What the observation lacks is null: it could not be read, or the file does not say.
json::value value_or_null(const json::object& body, std::string_view key) {
  const json::value* value = body.if_contains(key);
  return value == nullptr ? json::value() : *value;
}

json::value integer_or_null(const std::optional<std::int64_t>& value) {
  return value ? json::value(*value) : json::value();
}

json::value package_of(const AppReport& report) {
  if (report.manifest) return json::value(report.manifest->package);
  if (report.ios && report.ios->has_info_plist)
    return json::value(parse::printable(report.ios->bundle_id));
  return {};
}

// Whether what the manifest, or on iOS Info.plist, says is known; if not, no list of it may look
// empty.
bool is_declared(const AppReport& report) {
  return report.manifest || (report.ios && report.ios->has_info_plist);
}

json::value permissions_of(const AppReport& report) {
  if (!is_declared(report)) return {};
  if (report.manifest) return to_json_array(report.manifest->permissions);
  json::array out;
  for (const std::string& key : report.ios->usage_descriptions)
    out.emplace_back(parse::printable(key));
  return out;
}

json::array printable_array(const std::vector<std::string>& values) {
  json::array out;
  for (const std::string& value : values) out.emplace_back(parse::printable(value));
  return out;
}

json::value components_of(const AppReport& report) {
  if (!is_declared(report)) return {};
  json::array out;
  if (!report.manifest) return out;  // iOS has none
  const parse::AndroidManifest& manifest = *report.manifest;
  for (const parse::ManifestComponent& component : manifest.components)
    out.push_back(json::object{{"kind", to_string(component.kind)},
                               {"name", parse::printable(component.name)},
                               {"exported", component.is_exported(manifest.target_sdk)},
                               {"permission", parse::printable(component.permission)},
                               {"actions", printable_array(component.actions)}});
  return out;
}

json::array urls_json(const CodeReport& code) {
  json::array out;
  for (const CodeUse& url : code.urls) {
    const CodeLocation& location = code.locations[url.location];
    out.push_back(json::object{{"url", url.text},
                               {"class", parse::printable(location.class_name)},
                               {"method", parse::printable(location.method)}});
  }
  return out;
}

json::array nested_json(const std::vector<NestedFile>& files) {
  json::array out;
  for (const NestedFile& file : files)
    out.push_back(json::object{{"path", parse::printable(file.path)},
                               {"kind", file.kind},
                               {"size", file.size},
                               {"sha256", file.sha256},
                               {"disguised", file.disguised}});
  return out;
}

std::string_view relro_text(parse::ElfRelro relro) {
  switch (relro) {
    case parse::ElfRelro::kNone:
      return "none";
    case parse::ElfRelro::kPartial:
      return "partial";
    case parse::ElfRelro::kFull:
      break;
  }
  return "full";
}

json::array native_json(const std::vector<NativeLibrary>& libraries) {
  json::array out;
  for (const NativeLibrary& library : libraries) {
    const parse::ElfHardening& hardening = library.hardening;
    out.push_back(json::object{
        {"path", parse::printable(library.path)},
        {"abi", library.abi},
        {"relro", relro_text(hardening.relro)},
        {"executable_stack", hardening.stack == parse::ElfStack::kExecutable},
        {"position_independent", hardening.position_independent},
        {"stack_protector", hardening.stack_protector},
        {"writable_code", hardening.writable_code},
        {"text_relocations", hardening.text_relocations},
        {"initialisers", library.initialisers},
        {"imports", library.imports},
        {"exports", library.exports},
        {"packer", library.packer.empty() ? json::value() : json::value(library.packer)}});
  }
  return out;
}

json::object to_json(const YaraRuleMatch& match) {
  json::object meta;
  for (const intel::YaraMeta& item : match.meta)
    std::visit([&](const auto& value) { meta[item.name] = value; }, item.value);
  json::array places;
  for (const YaraPlace& place : match.places) {
    json::array strings;
    for (const intel::YaraString& string : place.strings)
      strings.push_back(json::object{{"name", string.name}, {"offset", string.offset}});
    places.push_back(
        json::object{{"entry", parse::printable(place.entry)}, {"strings", std::move(strings)}});
  }
  return {{"rule", match.rule},
          {"file", match.file},
          {"severity", to_string(match.severity)},
          {"tags", to_json_array(match.tags)},
          {"meta", std::move(meta)},
          {"places", std::move(places)},
          {"entries", match.entries}};
}

json::value yara_json(const std::optional<YaraFacts>& yara) {
  if (!yara) return {};
  json::array matches;
  for (const YaraRuleMatch& match : yara->matches) matches.push_back(to_json(match));
  return json::object{{"complete", yara->complete}, {"matches", std::move(matches)}};
}

}  // namespace

json::object report_json(const JudgedApp& app) {
  const auto& manifest = app.report.manifest;
  json::object out{
      {"platform", app.report.ios ? "ios" : "android"},
      {"size", app.report.size},
      {"sha256", app.report.sha256},
      {"package", package_of(app.report)},
      {"version_code", value_or_null(app.observation_body, "version_code")},
      {"version_name", value_or_null(app.observation_body, "version_name")},
      {"min_sdk", integer_or_null(manifest ? manifest->min_sdk : std::nullopt)},
      {"target_sdk", value_or_null(app.observation_body, "target_sdk")},
      {"label", value_or_null(app.observation_body, "label")},
      {"other_labels", printable_array(app.report.other_labels)},
      {"icon", manifest && !manifest->icon.empty() ? json::value(manifest->icon) : json::value()},
      {"icon_file", app.report.icon ? json::value(app.report.icon->file) : json::value()},
      {"icon_hash", app.report.icon ? json::value(to_string(app.report.icon->hash)) : json::value()},
      {"signature", signature_json(app.report)},
      {"dex", dex_json(app.report.code)},
      {"tlsh", app.report.tlsh ? json::value(to_string(*app.report.tlsh)) : json::value()},
      {"permissions", permissions_of(app.report)},
      {"permission_summary", is_declared(app.report)
                                 ? json::value(to_json(app.report.permission_summary))
                                 : json::value()},
      {"components", components_of(app.report)},
      {"trackers", to_json(app.report.trackers)},
      {"domains", to_json_array(app.report.domains)},
      {"urls", urls_json(app.report.code)},
      {"nested", nested_json(app.report.nested)},
      {"native", native_json(app.report.native)},
      {"yara", yara_json(app.report.yara)},
      {"anomalies", anomalies_json(app.report.anomalies)},
      {"truncated", app.report.truncated},
      {"techniques", to_json_array(app.techniques())},
      {"behaviors", behaviors_json(app.report.behaviors)},
      {"model", app.report.model ? to_json(*app.report.model) : json::value()},
      {"findings", findings_json(app.findings)},
      {"verdict", to_string(app.verdict())}};
  if (!app.report.container_base.empty()) out["base"] = parse::printable(app.report.container_base);
  if (app.report.ios) out["ios"] = ios_json(*app.report.ios);
  return out;
}

}  // namespace bartizan::detect
