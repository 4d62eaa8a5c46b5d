#include "intel/trackers.h"

#include <algorithm>

#include "rules/yaml.h"

namespace bartizan::intel {
namespace {

using rules::YamlMap;

bool is_purpose(const std::string& word) {
  return std::find(std::begin(kTrackerPurposes), std::end(kTrackerPurposes), word) !=
         std::end(kTrackerPurposes);
}

// "com.example.ads." as the beginning of a class descriptor; empty when it is not written so.
std::string descriptor_prefix(std::string_view prefix) {
  const bool plain =
      prefix.size() > 1 && prefix.ends_with('.') && prefix.find('/') == std::string_view::npos;
  if (!plain) return {};
  std::string out = "L" + std::string(prefix);
  std::replace(out.begin(), out.end(), '.', '/');
  return out;
}

}  // namespace

Result<TrackerSet> TrackerSet::load(std::string_view text, const std::string& file) {
  BARTIZAN_ASSIGN(const rules::YamlNode root, rules::parse_yaml(text, file));
  YamlMap document(root, file);
  BARTIZAN_ASSIGN(const rules::YamlNode* trackers, document.node("trackers"));
  BARTIZAN_TRY(document.finish());
  if (!trackers->is_map()) return rules::error_at(file, *trackers, "'trackers' must be a map");
  TrackerSet out;
  for (const rules::YamlEntry& entry : trackers->entries) {
    YamlMap map(entry.value, file);
    Tracker tracker{.name = entry.key, .purposes = {}};
    BARTIZAN_ASSIGN(tracker.purposes, map.texts("purposes"));
    BARTIZAN_ASSIGN(const std::vector<std::string> classes, map.texts("classes"));
    BARTIZAN_TRY(map.finish());
    for (const std::string& purpose : tracker.purposes)
      if (!is_purpose(purpose)) return map.error("unknown purpose '" + purpose + "'");
    for (const std::string& prefix : classes) {
      std::string descriptor = descriptor_prefix(prefix);
      if (descriptor.empty())
        return map.error("'" + prefix + "' is not the beginning of a class name up to a dot");
      out.prefixes_.push_back({std::move(descriptor), static_cast<int>(out.all_.size())});
    }
    out.all_.push_back(std::move(tracker));
  }
  std::sort(out.prefixes_.begin(), out.prefixes_.end(),
            [](const Prefix& a, const Prefix& b) { return a.text < b.text; });
  for (std::size_t i = 1; i < out.prefixes_.size(); ++i) {
    if (out.prefixes_[i].text.starts_with(out.prefixes_[i - 1].text))
      return rules::error_at(file, *trackers,
                             "one prefix begins another: " + out.prefixes_[i].text);
  }
  return out;
}

int TrackerSet::find(std::string_view descriptor) const {
  // As none begins another, the only candidate is the last that sorts before the descriptor.
  const auto after = std::upper_bound(
      prefixes_.begin(), prefixes_.end(), descriptor,
      [](std::string_view wanted, const Prefix& prefix) { return wanted < prefix.text; });
  if (after == prefixes_.begin()) return -1;
  const Prefix& candidate = *(after - 1);
  return descriptor.starts_with(candidate.text) ? candidate.tracker : -1;
}

}  // namespace bartizan::intel
