#include "intel/known_apps.h"

#include <algorithm>

#include "rules/yaml.h"

namespace bartizan::intel {
namespace {

constexpr std::size_t kDigestDigits = 64;  // SHA-256 in hex

bool is_digest(std::string_view text) {
  return text.size() == kDigestDigits &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// Absent is false.
Result<bool> read_common_word(rules::YamlMap& map) {
  if (!map.has("common_word")) return false;
  BARTIZAN_ASSIGN(const rules::YamlNode* node, map.node("common_word"));
  if (const auto value = node->as_boolean()) return *value;
  return rules::error_at(map.file(), *node, "true or false is wanted");
}

KnownPackage known_package(const std::string& name) {
  std::string folded = fold_lookalikes(name);
  return {.name = name,
          .folded = folded,
          .letters = LetterSet(name),
          .folded_letters = LetterSet(folded)};
}

Result<KnownApp> read_app(const rules::YamlNode& node, const std::string& file,
                          const ConfusableMap& confusables) {
  rules::YamlMap map(node, file);
  KnownApp out;
  BARTIZAN_ASSIGN(out.name, map.text("name"));
  BARTIZAN_ASSIGN(const std::vector<std::string> labels, map.texts("labels"));
  for (const std::string& label : labels) {
    LabelReading reading = read_label(label, confusables);
    if (reading.plain.empty()) return map.error("'" + label + "' is no label");
    const LetterSet letters(reading.looks);
    out.labels.push_back({label, std::move(reading), letters});
  }
  BARTIZAN_ASSIGN(const std::vector<std::string> packages, map.texts("packages"));
  for (const std::string& package : packages) out.packages.push_back(known_package(package));
  BARTIZAN_ASSIGN(out.family, map.texts("family"));
  BARTIZAN_ASSIGN(out.signers, map.texts_or_none("signers"));
  for (const std::string& signer : out.signers)
    if (!is_digest(signer)) return map.error("'" + signer + "' is no SHA-256 in lower-case hex");
  BARTIZAN_ASSIGN(const std::vector<std::string> icons, map.texts_or_none("icons"));
  for (const std::string& icon : icons) {
    const auto hash = parse_image_hash(icon);
    if (!hash) return map.error("'" + icon + "' is no icon_hash of bartizan scan app --json");
    out.icons.push_back(*hash);
  }
  BARTIZAN_ASSIGN(out.common_word, read_common_word(map));
  BARTIZAN_TRY(map.finish());
  return out;
}

}  // namespace

bool KnownApp::is_package(std::string_view package) const {
  return std::any_of(packages.begin(), packages.end(),
                     [&](const KnownPackage& known) { return known.name == package; });
}

bool KnownApp::is_of_maker(std::string_view package) const {
  return std::any_of(family.begin(), family.end(),
                     [&](const std::string& beginning) { return package.starts_with(beginning); });
}

Result<KnownAppSet> KnownAppSet::load(std::string_view yaml, const std::string& file,
                                      const ConfusableMap& confusables) {
  BARTIZAN_ASSIGN(const rules::YamlNode root, rules::parse_yaml(yaml, file));
  rules::YamlMap document(root, file);
  KnownAppSet out;
  BARTIZAN_ASSIGN(const std::vector<std::string> installers, document.texts("installers"));
  out.installers_.insert(installers.begin(), installers.end());
  BARTIZAN_ASSIGN(const rules::YamlNode* apps, document.node("apps"));
  BARTIZAN_TRY(document.finish());
  if (!apps->is_sequence()) return rules::error_at(file, *apps, "'apps' must be a list");
  for (const rules::YamlNode& node : apps->items) {
    BARTIZAN_ASSIGN(KnownApp app, read_app(node, file, confusables));
    for (const KnownPackage& package : app.packages) {
      if (!out.app_by_package_.emplace(package.name, out.apps_.size()).second)
        return rules::error_at(file, node, package.name + " is named twice");
    }
    out.apps_.push_back(std::move(app));
  }
  return out;
}

const KnownApp* KnownAppSet::of_package(std::string_view package) const {
  const auto place = app_by_package_.find(package);
  return place == app_by_package_.end() ? nullptr : &apps_[place->second];
}

bool KnownAppSet::is_checked_installer(std::string_view package) const {
  return installers_.find(package) != installers_.end();
}

}  // namespace bartizan::intel
