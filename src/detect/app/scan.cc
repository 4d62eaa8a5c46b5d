#include "detect/app/scan.h"

#include <algorithm>
#include <set>

#include "base/crypto.h"
#include "detect/app/behavior_facts.h"
#include "detect/app/code.h"
#include "detect/app/hosts.h"
#include "detect/app/ios_report.h"
#include "detect/app/model_facts.h"
#include "detect/app/nested.h"
#include "detect/app/test_keys.h"
#include "detect/app/yara_pass.h"
#include "parse/apksig/verifier.h"
#include "parse/arsc/parser.h"
#include "parse/axml/parser.h"
#include "parse/dex/parser.h"
#include "parse/zip/parser.h"

namespace bartizan::detect {
namespace {

constexpr std::string_view kManifestName = "AndroidManifest.xml";

// A further part of the app: a split, under its name in the bundle.
struct Split {
  std::string name;
  std::vector<std::uint8_t> bytes;
  parse::ZipArchive archive;  // refers to `bytes`
};

class Scan {
 public:
  Scan(const parse::ZipArchive& archive, const intel::Content& content, const ScanOptions& options)
      : archive_(archive),
        content_(content),
        hosts_(content),
        trackers_(content),
        options_(options),
        yara_(content, options.yara, report_) {}

  Result<AppReport> run(const std::vector<Split>& splits) {
    const bool has_code =
        std::any_of(archive_.entries.begin(), archive_.entries.end(),
                    [](const parse::ZipEntry& entry) { return is_dex_name(entry.name); });
    const parse::ZipEntry* manifest = archive_.find(kManifestName);
    if (manifest == nullptr && !has_code && !archive_.truncated)
      return Error{ErrorCode::kInvalid,
                   "not an app package: a ZIP without AndroidManifest.xml or Payload/*.app"};
    report_.size = archive_.bytes.size();
    report_.sha256 = sha256_hex(archive_.bytes);
    take(archive_.anomalies, archive_.truncated);
    read_manifest(manifest);
    read_dex_entries(splits);
    read_signature();
    read_code(splits);
    note_entries(archive_);
    for (const Split& split : splits) note_entries(split.archive);
    yara_.finish();
    report_.noted_imports = {noted_imports_.begin(), noted_imports_.end()};
    report_.behaviors = find_behaviors(behavior_file_facts(report_),
                                       behavior_code_facts(report_.code, content_.behaviors()),
                                       content_.behaviors(), Platform::kAndroid);
    return std::move(report_);
  }

 private:
  // `entry` names the file within the package that they are of.
  void take(const std::vector<parse::Anomaly>& anomalies, bool truncated,
            std::string_view entry = {}) {
    for (const parse::Anomaly& anomaly : anomalies) {
      const std::string where =
          entry.empty() ? anomaly.where : std::string(entry) + " " + anomaly.where;
      parse::note_anomaly(report_.anomalies, anomaly.id, where, anomaly.detail);
    }
    report_.truncated |= truncated;
  }

  void note(std::string_view id, std::string_view detail) {
    parse::note_anomaly(report_.anomalies, id, kManifestName, detail);
    report_.truncated = true;
  }

  void read_manifest(const parse::ZipEntry* entry) {
    if (entry == nullptr) return note("apk.no_manifest", "there is code and no manifest");
    const parse::ZipContent content = parse::read_zip_entry(archive_, *entry, parse::kMaxAxmlBytes);
    take(content.anomalies, content.truncated);
    yara_.look_at(entry->name, content.bytes);
    Result<parse::AndroidManifest> manifest = parse::parse_manifest(content.bytes);
    if (!manifest.ok()) return note("apk.unreadable_manifest", manifest.error().message);
    take(manifest->anomalies, manifest->truncated);
    report_.manifest = std::move(manifest).value();
    resolve_texts(*report_.manifest, launcher_labels(*report_.manifest));
    std::erase(report_.other_labels, report_.manifest->label);
    report_.permission_summary = summarise_permissions(report_.manifest->permissions, content_);
  }

  // Most apps keep their name, and some their version, in the resource table.
  void resolve_texts(parse::AndroidManifest& manifest,
                     const std::set<std::uint32_t>& label_resources) {
    const parse::ZipEntry* entry = archive_.find("resources.arsc");
    const std::vector<std::uint32_t> icons = icon_resources(manifest);
    const bool refers =
        !label_resources.empty() || manifest.version_name_resource != 0 || !icons.empty();
    if (entry == nullptr || !refers) return;
    const parse::ZipContent bytes = parse::read_zip_entry(archive_, *entry, parse::kMaxArscBytes);
    const parse::ResourceTable table = parse::ResourceTable::parse(bytes.bytes);
    take(table.anomalies(), false);
    const auto resolve = [&](std::uint32_t resource, std::string& text) {
      if (resource != 0) text = table.text(resource).value_or("");
    };
    resolve(manifest.label_resource, manifest.label);
    resolve(manifest.version_name_resource, manifest.version_name);
    resolve(manifest.icon_resource, manifest.icon);
    for (const std::uint32_t resource : label_resources) {
      for (std::string& text : table.texts(resource, kMaxOtherLabels))
        add_other_label(std::move(text));
    }
    IconSearch found = find_icon(archive_, table, icons);
    take(found.anomalies, false);
    report_.icon = std::move(found.icon);
  }

  // The resources of the names that the launcher may show; those written out are noted.
  std::set<std::uint32_t> launcher_labels(const parse::AndroidManifest& manifest) {
    constexpr std::size_t kMost = 16;  // each is looked for in the whole table
    std::set<std::uint32_t> resources;
    if (manifest.label_resource != 0) resources.insert(manifest.label_resource);
    for (const parse::ManifestComponent& component : manifest.components) {
      if (!component.is_for_launcher()) continue;
      for (const parse::ManifestLabel& label : component.labels) {
        if (!label.text.empty()) add_other_label(label.text);
        if (label.resource != 0 && resources.size() < kMost) resources.insert(label.resource);
      }
    }
    return resources;
  }

  void add_other_label(std::string text) {
    std::vector<std::string>& all = report_.other_labels;
    const bool known = text.empty() || std::find(all.begin(), all.end(), text) != all.end();
    if (!known && all.size() < kMaxOtherLabels) all.push_back(std::move(text));
  }

  void read_signature() {
    parse::SignatureQuestion question;
    if (report_.manifest) {
      question.range.min = sdk_level(report_.manifest->min_sdk.value_or(1));
      question.target_sdk = report_.manifest->target_sdk;
      question.target_sandbox_version = report_.manifest->target_sandbox_version;
    }
    if (options_.sdk) question.range.min = question.range.max = *options_.sdk;
    parse::InflatedEntries inflated;
    for (const DexEntry& dex : dex_entries_) {
      if (!dex.content.truncated) inflated.emplace(dex.entry, dex.content.bytes);
    }
    parse::ApkSignatureVerifier verifier(archive_, std::move(inflated));
    report_.signature = report_.phone_signature = verifier.verify(question);
    if (!options_.sdk && report_.signature.verdict == parse::SignatureVerdict::kRejected) {
      question.range.min = std::max(question.range.min, parse::kNewestPlatform);
      report_.phone_signature = verifier.verify(question);
    }
    for (const parse::Certificate& signer : named_signers(report_.phone_signature)) {
      if (report_.test_key.empty()) report_.test_key = test_key_name(signer);
    }
  }

  static std::uint32_t sdk_level(std::int64_t stated) {
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(stated, 1, INT32_MAX));
  }

  // A manifest cut short may lack the component that would have been the way in.
  EntryPoints entry_points() const {
    EntryPoints out{.classes = {}, .unknown = !report_.manifest || report_.manifest->truncated};
    if (out.unknown) return out;
    const parse::AndroidManifest& manifest = *report_.manifest;
    out.classes = {manifest.application_class, manifest.app_component_factory,
                   manifest.backup_agent};
    for (const parse::Instrumentation& test : manifest.instrumentations)
      out.classes.push_back(test.name);
    // Libraries are told the classes to begin with in meta-data, as name or as value.
    const auto add_meta_data = [&](const std::vector<parse::MetaData>& meta_data) {
      for (const parse::MetaData& item : meta_data) {
        out.classes.push_back(item.name);
        out.classes.push_back(item.value);
      }
    };
    add_meta_data(manifest.meta_data);
    for (const parse::ManifestComponent& component : manifest.components) {
      out.classes.push_back(component.name);
      add_meta_data(component.meta_data);
    }
    return out;
  }

  void read_dex_entries(const std::vector<Split>& splits) {
    read_dex_entries(archive_, "");
    for (const Split& split : splits) read_dex_entries(split.archive, split.name + "!");
  }

  void read_dex_entries(const parse::ZipArchive& archive, const std::string& prefix) {
    for (const parse::ZipEntry& entry : archive.entries) {
      if (!is_dex_name(entry.name)) continue;
      if (dex_entries_.size() == kMaxDexFiles) {
        parse::note_anomaly(report_.anomalies, "dex.limit", prefix + entry.name,
                            "too many code files");
        report_.truncated = missed_code_ = true;
        return;
      }
      const DexEntry& dex = dex_entries_.emplace_back(DexEntry{
          .path = prefix + entry.name,
          .entry = &entry,
          .content = parse::read_zip_entry(archive, entry, std::min(dex_left_, kMaxDexBytes))});
      take(dex.content.anomalies, dex.content.truncated);
      missed_code_ |= dex.content.truncated;
      // What does not inflate may have cost as much as the limit allowed.
      dex_left_ -=
          dex.content.truncated ? std::min(dex_left_, kMaxDexBytes) : dex.content.bytes.size();
    }
  }

  void read_code(const std::vector<Split>& splits) {
    AppFactReader facts(content_.app_model());
    if (report_.manifest) facts.look_at(*report_.manifest);
    if (missed_code_) facts.miss_code();
    std::vector<parse::DexFile> dex_files;
    for (const DexEntry& entry : dex_entries_) {
      yara_.look_at(entry.path, entry.content.bytes);
      for (parse::DexFile& dex : parse::parse_dex(entry.content.bytes)) {
        take(dex.anomalies, dex.truncated, entry.path);
        for (std::uint32_t i = 0; i < dex.strings.size(); ++i) hosts_.look_at(dex.string(i));
        facts.look_at(dex);
        trackers_.look_at(dex);
        dex_files.push_back(std::move(dex));
      }
    }
    if (options_.tlsh && !missed_code_) digest_code();
    report_.code = analyse_code(dex_files, entry_points(), content_.behaviors().code_patterns());
    take(report_.code.anomalies, report_.code.truncated);
    read_hidden_code(archive_, "");
    for (const Split& split : splits) read_hidden_code(split.archive, split.name + "!");
    report_.domains = std::move(hosts_).take(kMaxDomains);
    report_.trackers = std::move(trackers_).take();
    if (!content_.app_model().empty() && facts.enough())
      report_.model = explain_score(content_.app_model(), std::move(facts).take());
  }

  void digest_code() {
    Tlsh tlsh;
    for (const DexEntry& entry : dex_entries_) tlsh.update(entry.content.bytes);
    report_.tlsh = tlsh.finish();
  }

  // Of code that the runtime does not load by itself the host names are taken alone.
  void read_hidden_code(const parse::ZipArchive& archive, const std::string& prefix) {
    const auto look_at_dex = [&](Bytes bytes) {
      for (const parse::DexFile& dex : parse::parse_dex(bytes)) {
        for (std::uint32_t i = 0; i < dex.strings.size(); ++i) hosts_.look_at(dex.string(i));
      }
    };
    const auto note_imports = [&](const parse::ElfFile& library) {
      for (const std::string_view name : library.imports) {
        if (content_.behaviors().asks_about_import(name))
          noted_imports_.insert(parse::printable(name));
      }
    };
    NestedVisitor visitor{.dex = look_at_dex, .library = note_imports, .file = {}, .rest = {}};
    if (yara_.wants_more()) {
      visitor.file = [this](const std::string& path, Bytes bytes) { yara_.look_at(path, bytes); };
      visitor.rest = [this](const parse::ZipArchive& from, const std::string& way,
                            std::vector<const parse::ZipEntry*> entries) {
        if (&from == &archive_)
          std::erase(entries, archive_.find(kManifestName));  // the first seen
        yara_.look_at_rest(from, way, entries);
      };
    }
    read_nested(archive, prefix, report_, visitor);
  }

  // What behaviours ask about outside of the DEX files.
  void note_entries(const parse::ZipArchive& archive) {
    for (const parse::ZipEntry& entry : archive.entries) {
      if (report_.noted_entries.size() == kMaxNotedEntries) return;
      if (content_.behaviors().asks_about_entry(entry.name))
        report_.noted_entries.push_back(parse::printable(entry.name));
    }
  }

  // A code file that the runtime loads by itself.
  struct DexEntry {
    std::string path;
    const parse::ZipEntry* entry;
    parse::ZipContent content;
  };

  const parse::ZipArchive& archive_;
  const intel::Content& content_;
  HostCollector hosts_;
  TrackerCollector trackers_;
  const ScanOptions& options_;
  std::vector<DexEntry> dex_entries_;  // inflated once, for signature and code
  std::size_t dex_left_ = kMaxAllDexBytes;
  bool missed_code_ = false;
  std::set<std::string> noted_imports_;
  AppReport report_;
  YaraPass yara_;  // writes to the report
};

// The app is the base package; its splits add code. Size and digest are the bundle's.
Result<AppReport> scan_container(const parse::ZipArchive& archive,
                                 const PackageContainer& container, const intel::Content& content,
                                 const ScanOptions& options) {
  std::size_t left = kMaxNestedBytes;
  std::vector<parse::Anomaly> anomalies = archive.anomalies;
  const auto read = [&](const std::string& name) {
    parse::ZipContent entry = parse::read_zip_entry(archive, *archive.find(name), left);
    left -= entry.truncated ? left : entry.bytes.size();
    anomalies.insert(anomalies.end(), entry.anomalies.begin(), entry.anomalies.end());
    return std::move(entry.bytes);
  };
  const std::vector<std::uint8_t> base_bytes = read(container.base);
  const Result<parse::ZipArchive> base = parse::parse_zip(base_bytes);
  if (!base.ok()) return base.error().within(container.base);
  std::vector<Split> splits;
  splits.reserve(container.others.size());
  for (const std::string& name : container.others) {
    Split split{.name = name, .bytes = read(name), .archive = {}};
    Result<parse::ZipArchive> inner = parse::parse_zip(split.bytes);
    if (!inner.ok()) {
      parse::note_anomaly(anomalies, "apk.unreadable_split", name, inner.error().message);
      continue;
    }
    split.archive = std::move(inner).value();
    splits.push_back(std::move(split));
  }
  BARTIZAN_ASSIGN(AppReport report, Scan(*base, content, options).run(splits));
  report.size = archive.bytes.size();
  report.sha256 = sha256_hex(archive.bytes);
  report.container_base = container.base;
  for (const parse::Anomaly& anomaly : anomalies)
    parse::note_anomaly(report.anomalies, anomaly.id, anomaly.where, anomaly.detail);
  report.truncated |= archive.truncated || left == 0;
  return report;
}

}  // namespace

Result<AppReport> scan_app(Bytes file, const intel::Content& content, const ScanOptions& options) {
  const Result<parse::ZipArchive> archive = parse::parse_zip(file);
  if (!archive.ok())
    return Error{ErrorCode::kInvalid, "not an app package: " + archive.error().message};
  if (looks_like_ipa(*archive)) return scan_ipa(*archive, content, options.yara);
  const std::optional<PackageContainer> container = find_container(*archive);
  if (container) return scan_container(*archive, *container, content, options);
  return Scan(*archive, content, options).run({});
}

}  // namespace bartizan::detect
