#include "intel/content.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/crypto.h"
#include "base/file.h"
#include "intel/app_model.h"
#include "intel/behavior.h"
#include "intel/brands.h"
#include "intel/confusables.h"
#include "intel/detection_rule.h"
#include "intel/domain_set.h"
#include "intel/indicators.h"
#include "intel/known_apps.h"
#include "intel/link_model.h"
#include "intel/permission_words.h"
#include "intel/resolutions.h"
#include "intel/techniques.h"
#include "intel/text_cues.h"
#include "intel/threat_catalogue.h"
#include "intel/trackers.h"

namespace bartizan::intel {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxFiles = 10'000;
constexpr std::size_t kMaxFileBytes = 16 << 20;
constexpr const char* kKnownApps = "known_apps/known_apps.yaml";
constexpr const char* kCues = "cues/";
constexpr const char* kModelFacts = "models/apps.facts.yaml";
constexpr const char* kModelTrees = "models/apps.trees.";  // and a number
constexpr const char* kLinkModel = "models/links.";

// Regular files below `folder` as paths relative to it, with "/" between the parts, sorted by
// bytes.
Result<std::vector<std::string>> list_files(const fs::path& folder) {
  std::vector<std::string> paths;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const bool regular = entry->is_regular_file(error);
    if (error) break;
    if (!regular) continue;
    if (paths.size() == kMaxFiles)
      return Error{ErrorCode::kLimit, folder.string() + " holds too many files"};
    paths.push_back(entry->path().lexically_relative(folder).generic_string());
  }
  if (error)
    return Error{ErrorCode::kNotFound,
                 "cannot read content " + folder.string() + ": " + error.message()};
  std::sort(paths.begin(), paths.end());
  return paths;
}

// The digest takes in each path, its size and its bytes, so that no two different folders share it.
void add_to_digest(Sha256& digest, const std::string& path, const std::string& bytes) {
  digest.update(as_bytes(path));
  digest.update(as_bytes("\n" + std::to_string(bytes.size()) + "\n"));
  digest.update(as_bytes(bytes));
}

// The judged kinds of files. README pages and the like take part in no verdict.
bool is_content(const std::string& path) {
  return path.ends_with(".yaml") || path.ends_with(".tsv") || path.ends_with(".txt");
}

Result<std::shared_ptr<const YaraRules>> load_yara(const fs::path& folder,
                                                   const ContentOptions& options, Sha256& digest) {
  std::error_code error;
  if (options.yara_folder && !fs::is_directory(*options.yara_folder, error))
    return Error{ErrorCode::kNotFound,
                 "no folder of YARA rules at " + options.yara_folder->string()};
  BARTIZAN_ASSIGN(const std::vector<NamedText> files,
                  read_yara_files(options.yara_folder.value_or(folder / "yara")));
  for (const NamedText& file : files) add_to_digest(digest, file.name, file.text);
  if (options.compile_yara == nullptr || files.empty()) return std::shared_ptr<const YaraRules>();
  return options.compile_yara(files);
}

}  // namespace

struct Content::Parts {
  std::string digest;
  std::vector<Threat> threats;
  ResolutionSet resolutions;
  std::vector<DetectionRule> rules;
  TechniqueSet techniques;
  BehaviorSet behaviors;
  IndicatorSet indicators;
  BrandSet brands;
  ConfusableMap confusables;
  DomainSet popular_domains;
  DomainSet noted_domains;
  DomainSet url_shorteners;
  KnownAppSet known_apps;
  AppModel app_model;
  LinkModel link_model;
  TrackerSet trackers;
  PermissionWordList permission_words;
  std::map<std::string, TextCueSet, std::less<>> text_cues;  // by name
  std::shared_ptr<const YaraRules> yara_rules;
  std::optional<parse::PublicSuffixList> public_suffixes;
};

Result<std::shared_ptr<const Content>> Content::load(const fs::path& folder,
                                                     const ContentOptions& options) {
  auto parts = std::make_unique<Parts>();
  BARTIZAN_ASSIGN(const std::vector<std::string> paths, list_files(folder));
  Sha256 digest;
  std::vector<Indicator> indicators;
  std::string icann_rules;
  std::string platform_rules;
  NamedText model_facts;
  std::vector<NamedText> model_trees;
  std::vector<NamedText> link_model;
  NamedText known_apps;
  std::vector<NamedText> cues;
  for (const std::string& path : paths) {
    if (!is_content(path)) continue;
    BARTIZAN_ASSIGN(std::string text, read_file(folder / path, kMaxFileBytes));
    add_to_digest(digest, path, text);
    if (path.starts_with("intel/") && path.ends_with(".tsv")) {
      BARTIZAN_ASSIGN(std::vector<Indicator> more, parse_indicators(text, path));
      std::move(more.begin(), more.end(), std::back_inserter(indicators));
    } else if (path == "brands/brands.yaml") {
      BARTIZAN_ASSIGN(parts->brands, BrandSet::load(text, path));
    } else if (path == "attack/techniques.yaml") {
      BARTIZAN_ASSIGN(parts->techniques, TechniqueSet::load(text, path));
    } else if (path == "trackers/trackers.yaml") {
      BARTIZAN_ASSIGN(parts->trackers, TrackerSet::load(text, path));
    } else if (path == "permissions/android.yaml") {
      BARTIZAN_ASSIGN(parts->permission_words, PermissionWordList::load(text, path));
    } else if (path == "tables/confusables.tsv") {
      BARTIZAN_ASSIGN(parts->confusables, ConfusableMap::load(text, path));
    } else if (path == "tables/popular_domains.txt") {
      parts->popular_domains = DomainSet(text);
    } else if (path == "tables/noted_domains.txt") {
      parts->noted_domains = DomainSet(text);
    } else if (path == "tables/url_shorteners.txt") {
      parts->url_shorteners = DomainSet(text);
    } else if (path == "tables/public_suffix_icann.txt") {
      icann_rules = std::move(text);
    } else if (path.starts_with(kCues)) {
      cues.push_back({path, std::move(text)});
    } else if (path == kKnownApps) {
      known_apps = {path, std::move(text)};
    } else if (path == kModelFacts) {
      model_facts = {path, std::move(text)};
    } else if (path.starts_with(kModelTrees)) {
      model_trees.push_back({path, std::move(text)});
    } else if (path.starts_with(kLinkModel)) {
      link_model.push_back({path, std::move(text)});
    } else if (path == "tables/public_suffix_platform.txt" ||
               path == "tables/hosting_platforms.txt") {
      platform_rules += text;
    }
  }
  BARTIZAN_ASSIGN(parts->yara_rules, load_yara(folder, options, digest));
  if (icann_rules.empty())
    return Error{ErrorCode::kNotFound,
                 folder.string() + " has no tables/public_suffix_icann.txt: not a content folder"};
  BARTIZAN_ASSIGN(parts->public_suffixes,
                  parse::PublicSuffixList::load(icann_rules, platform_rules));
  if (!known_apps.text.empty()) {
    BARTIZAN_ASSIGN(parts->known_apps,
                    KnownAppSet::load(known_apps.text, known_apps.name, parts->confusables));
  }
  for (const NamedText& file : cues) {
    BARTIZAN_ASSIGN(TextCueSet set, TextCueSet::load(file.text, file.name, parts->confusables));
    const std::string name = fs::path(file.name).stem().string();
    parts->text_cues.insert_or_assign(name, std::move(set));
  }
  if (!model_trees.empty()) {
    BARTIZAN_ASSIGN(parts->app_model, AppModel::load(model_facts, model_trees));
  }
  if (!link_model.empty()) {
    BARTIZAN_ASSIGN(parts->link_model, LinkModel::load(link_model));
  }
  parts->indicators = IndicatorSet(std::move(indicators));
  BARTIZAN_ASSIGN(parts->threats, load_threats(folder / "threats"));
  BARTIZAN_ASSIGN(parts->resolutions, ResolutionSet::compile(parts->threats));
  BARTIZAN_ASSIGN(parts->rules, load_rules(folder / "rules"));
  BARTIZAN_ASSIGN(parts->behaviors, BehaviorSet::load(folder / "behaviors", parts->techniques));
  parts->digest = hex(digest.finish());
  return std::shared_ptr<const Content>(new Content(std::move(parts)));
}

Content::Content(std::unique_ptr<const Parts> parts) : parts_(std::move(parts)) {}
Content::~Content() = default;

const std::string& Content::digest() const { return parts_->digest; }
const std::vector<Threat>& Content::threats() const { return parts_->threats; }
const ResolutionSet& Content::resolutions() const { return parts_->resolutions; }
const std::vector<DetectionRule>& Content::rules() const { return parts_->rules; }
const TechniqueSet& Content::techniques() const { return parts_->techniques; }
const BehaviorSet& Content::behaviors() const { return parts_->behaviors; }
const IndicatorSet& Content::indicators() const { return parts_->indicators; }
const BrandSet& Content::brands() const { return parts_->brands; }
const ConfusableMap& Content::confusables() const { return parts_->confusables; }
const DomainSet& Content::popular_domains() const { return parts_->popular_domains; }
const DomainSet& Content::noted_domains() const { return parts_->noted_domains; }
const DomainSet& Content::url_shorteners() const { return parts_->url_shorteners; }
const KnownAppSet& Content::known_apps() const { return parts_->known_apps; }
const AppModel& Content::app_model() const { return parts_->app_model; }
const LinkModel& Content::link_model() const { return parts_->link_model; }
const TrackerSet& Content::trackers() const { return parts_->trackers; }
const PermissionWordList& Content::permission_words() const { return parts_->permission_words; }
const TextCueSet& Content::text_cues(std::string_view name) const {
  static const TextCueSet kNone;
  const auto set = parts_->text_cues.find(name);
  return set == parts_->text_cues.end() ? kNone : set->second;
}
const YaraRules* Content::yara_rules() const { return parts_->yara_rules.get(); }
const parse::PublicSuffixList& Content::public_suffixes() const { return *parts_->public_suffixes; }

const Threat* Content::find_threat(std::string_view id) const {
  for (const Threat& threat : parts_->threats) {
    if (threat.id == id) return &threat;
  }
  return nullptr;
}

}  // namespace bartizan::intel
