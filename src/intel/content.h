// Everything a verdict is reached with besides the observation itself: threat catalogue, rules,
// indicators, brands, tables and the model of apps, loaded once, immutable, shared between threads,
// identified by one digest.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "intel/yara_rules.h"
#include "model/threat.h"
#include "parse/domain/public_suffix.h"

namespace bartizan::intel {

class AppModel;            // intel/app_model.h
class IndicatorSet;        // intel/indicators.h
class KnownAppSet;         // intel/known_apps.h
class LinkModel;           // intel/link_model.h
class BrandSet;            // intel/brands.h
class BehaviorSet;         // intel/behavior.h
class ConfusableMap;       // intel/confusables.h
class DomainSet;           // intel/domain_set.h
class PermissionWordList;  // intel/permission_words.h
class ResolutionSet;       // intel/resolutions.h
class TextCueSet;          // intel/text_cues.h
class TechniqueSet;        // intel/techniques.h
class TrackerSet;          // intel/trackers.h
struct DetectionRule;      // intel/detection_rule.h

struct ContentOptions {
  // Without one the operator's YARA rules count for the digest alone.
  YaraCompiler compile_yara = nullptr;
  // In the place of the content's own yara/; it has to exist.
  std::optional<std::filesystem::path> yara_folder;
};

class Content {
 public:
  // The files under `folder` (laid out as content/ is); the first error names its file and line.
  static Result<std::shared_ptr<const Content>> load(const std::filesystem::path& folder,
                                                     const ContentOptions& options = {});
  ~Content();

  const std::string& digest() const;  // SHA-256 over all files, hex
  const std::vector<Threat>& threats() const;
  const Threat* find_threat(std::string_view id) const;
  const ResolutionSet& resolutions() const;  // compiled from threats() when loading
  const std::vector<DetectionRule>& rules() const;
  const TechniqueSet& techniques() const;  // empty when the pack has no attack/techniques.yaml
  const BehaviorSet& behaviors() const;
  const IndicatorSet& indicators() const;
  const BrandSet& brands() const;
  const ConfusableMap& confusables() const;
  // The most used sites: a bare-domain indicator or a likeness never condemns one of them.
  const DomainSet& popular_domains() const;
  const DomainSet& noted_domains() const;   // further ones that are much used or much linked to
  const DomainSet& url_shorteners() const;  // hosts
  const KnownAppSet& known_apps() const;    // empty in a pack without them
  const AppModel& app_model() const;        // empty in a pack without one
  const LinkModel& link_model() const;      // the same
  const TrackerSet& trackers() const;       // empty in a pack without them
  const PermissionWordList& permission_words() const;  // likewise
  // Of cues/NAME.yaml; empty in a pack without it.
  const TextCueSet& text_cues(std::string_view name) const;
  const YaraRules* yara_rules() const;  // null: no rules, or nobody to compile them
  const parse::PublicSuffixList& public_suffixes() const;

 private:
  struct Parts;
  explicit Content(std::unique_ptr<const Parts> parts);
  std::unique_ptr<const Parts> parts_;
};

}  // namespace bartizan::intel
