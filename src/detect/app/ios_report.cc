#include "detect/app/ios_report.h"

#include <algorithm>
#include <optional>
#include <set>

#include "base/crypto.h"
#include "detect/app/behavior_facts.h"
#include "detect/app/hosts.h"
#include "detect/app/ios_libraries.h"
#include "detect/app/ios_signature.h"
#include "detect/app/yara_pass.h"
#include "parse/macho/parser.h"
#include "parse/plist/parser.h"
#include "parse/zip/parser.h"
#include "parse/zip/peek.h"

namespace bartizan::detect {
namespace {

using parse::PlistType;
using parse::PlistValue;

constexpr std::string_view kInfoPlist = "Info.plist";
constexpr std::size_t kMaxFrameworks = 512;

// "Payload/NAME.app/" of an entry that is that folder's Info.plist; otherwise empty.
std::string_view bundle_of(std::string_view name) {
  constexpr std::string_view kPayload = "Payload/";
  if (!name.starts_with(kPayload) || !name.ends_with(kInfoPlist)) return {};
  const std::string_view folder = name.substr(0, name.size() - kInfoPlist.size());
  const std::size_t slash = folder.find('/', kPayload.size());
  return folder.ends_with(".app/") && slash + 1 == folder.size() ? folder : std::string_view();
}

std::vector<std::string> texts_of(const PlistValue* list) {
  std::vector<std::string> out;
  if (list == nullptr) return out;
  for (const PlistValue& item : list->items) {
    if (item.type == PlistType::kString) out.push_back(item.text);
  }
  return out;
}

// "Contacts" of /System/Library/Frameworks/Contacts.framework/Contacts; otherwise empty.
std::string_view system_framework(std::string_view path) {
  constexpr std::string_view kFolder = "/System/Library/Frameworks/";
  constexpr std::string_view kKind = ".framework/";
  if (!path.starts_with(kFolder)) return {};
  path.remove_prefix(kFolder.size());
  const std::size_t end = path.find(kKind);
  return end == std::string_view::npos ? std::string_view() : path.substr(0, end);
}

std::string device_family(std::int64_t family) {
  switch (family) {
    case 1:
      return "iphone";
    case 2:
      return "ipad";
    case 3:
      return "tv";
    case 4:
      return "watch";
    case 7:
      return "vision";
    default:
      return "other";
  }
}

class IpaScan {
 public:
  IpaScan(const parse::ZipArchive& archive, const intel::Content& content,
          const intel::YaraLimits& yara)
      : archive_(archive),
        content_(content),
        peeker_(archive),
        hosts_(content),
        yara_(content, yara, report_) {}

  AppReport run() {
    report_.ios.emplace();
    report_.size = archive_.bytes.size();
    report_.sha256 = sha256_hex(archive_.bytes);
    take(archive_.anomalies, archive_.truncated);
    find_bundle();
    libraries_.emplace(archive_, bundle_, report_);
    const std::vector<std::uint8_t> info = read(bundle_ + std::string(kInfoPlist), kInfoBytes);
    read_info(info);
    const std::vector<std::uint8_t> profile =
        read(bundle_ + "embedded.mobileprovision", parse::kMaxPlistBytes);
    if (!profile.empty()) read_provisioning_profile(profile, report_);
    read_executable(info);
    compare_with_profile(report_);
    read_libraries();
    run_yara();
    report_.domains = std::move(hosts_).take(kMaxDomains);
    report_.noted_imports = {noted_imports_.begin(), noted_imports_.end()};
    report_.ios->frameworks = {frameworks_.begin(), frameworks_.end()};
    report_.behaviors = find_behaviors(behavior_file_facts(report_), CodeFacts{},
                                       content_.behaviors(), Platform::kIos);
    return std::move(report_);
  }

 private:
  static constexpr std::size_t kInfoBytes = parse::kMaxPlistBytes;

  void take(const std::vector<parse::Anomaly>& anomalies, bool truncated) {
    for (const parse::Anomaly& anomaly : anomalies)
      parse::note_anomaly(report_.anomalies, anomaly.id, anomaly.where, anomaly.detail);
    report_.truncated |= truncated;
  }
  void fail(std::string_view id, std::string_view where, std::string_view detail) {
    parse::note_anomaly(report_.anomalies, id, where, detail);
    report_.truncated = true;
  }

  void find_bundle() {
    for (const parse::ZipEntry& entry : archive_.entries) {
      const std::string_view bundle = bundle_of(entry.name);
      if (bundle.empty() || bundle == bundle_) continue;
      if (bundle_.empty()) {
        bundle_ = bundle;
      } else {
        fail("ios.several_apps", bundle, "a second app in one package");
      }
    }
  }

  // Empty when there is no such entry.
  std::vector<std::uint8_t> read(const std::string& name, std::size_t limit) {
    const parse::ZipEntry* entry = archive_.find(name);
    if (entry == nullptr) return {};
    parse::ZipContent content = parse::read_zip_entry(archive_, *entry, limit);
    take(content.anomalies, content.truncated);
    return std::move(content.bytes);
  }

  void read_icon(const PlistValue& info) {
    const PlistValue* icons = info.find("CFBundleIcons");
    const PlistValue* primary = icons == nullptr ? nullptr : icons->find("CFBundlePrimaryIcon");
    if (primary == nullptr) return;
    IconSearch found =
        find_ios_icon(archive_, std::string(bundle_), texts_of(primary->find("CFBundleIconFiles")));
    take(found.anomalies, false);
    report_.icon = std::move(found.icon);
  }

  void read_info(Bytes bytes) {
    Result<parse::Plist> plist = parse::parse_plist(bytes);
    if (!plist.ok()) return fail("ios.unreadable_info_plist", kInfoPlist, plist.error().message);
    take(plist->anomalies, plist->truncated);
    const PlistValue& root = plist->root;
    report_.ios->has_info_plist = true;
    report_.ios->bundle_id = root.find_text("CFBundleIdentifier");
    report_.ios->label = root.find_text("CFBundleDisplayName");
    if (report_.ios->label.empty()) report_.ios->label = root.find_text("CFBundleName");
    report_.ios->version_name = root.find_text("CFBundleShortVersionString");
    report_.ios->build = root.find_text("CFBundleVersion");
    report_.ios->min_os = root.find_text("MinimumOSVersion");
    executable_ = root.find_text("CFBundleExecutable");
    if (const PlistValue* families = root.find("UIDeviceFamily")) {
      for (const PlistValue& family : families->items)
        report_.ios->device_families.push_back(device_family(family.integer));
    }
    report_.ios->background_modes = texts_of(root.find("UIBackgroundModes"));
    if (const PlistValue* types = root.find("CFBundleURLTypes")) {
      for (const PlistValue& type : types->items) {
        for (std::string& scheme : texts_of(type.find("CFBundleURLSchemes")))
          report_.ios->url_schemes.push_back(std::move(scheme));
      }
    }
    read_icon(root);
    for (const parse::PlistEntry& entry : root.entries) {
      if (entry.key.ends_with("UsageDescription"))
        report_.ios->usage_descriptions.push_back(entry.key);
    }
    if (const PlistValue* transport = root.find("NSAppTransportSecurity")) {
      report_.ios->arbitrary_loads = transport->find_true("NSAllowsArbitraryLoads");
      if (const PlistValue* domains = transport->find("NSExceptionDomains")) {
        for (const parse::PlistEntry& entry : domains->entries)
          report_.ios->ats_domains.push_back(entry.key);
      }
    }
  }

  void read_executable(Bytes info) {
    const std::string name = bundle_ + executable_;
    if (executable_.empty() || archive_.find(name) == nullptr)
      return fail("ios.no_executable", name, "the executable that Info.plist names is not there");
    const std::vector<std::uint8_t> bytes = read(name, kMaxMachoBytes);
    const Result<parse::MachoFile> file = parse::parse_macho(bytes);
    if (!file.ok()) return fail("ios.unreadable_executable", name, file.error().message);
    take(file->anomalies, file->truncated);
    const std::vector<std::uint8_t> resources =
        read(bundle_ + "_CodeSignature/CodeResources", kInfoBytes);
    read_ios_signature(*file, {.info_plist = info, .code_resources = resources}, report_);
    if (report_.ios->min_os.empty() && !file->images.empty())
      report_.ios->min_os = file->images[0].min_os;
    report_.ios->has_executable = true;
    libraries_->look_at(executable_, *file);
    note_code(*file);
    collect_hosts(bytes);
  }

  // Everything else in the bundle that is code, whatever its name.
  void read_libraries() {
    std::size_t left = kMaxAllMachoBytes;
    std::size_t files = 0;
    for (const parse::ZipEntry& entry : archive_.entries) {
      if (!entry.name.starts_with(bundle_) || entry.name == bundle_ + executable_) continue;
      if (!parse::looks_like_macho(peeker_.peek(entry))) continue;
      if (++files > kMaxMachoFiles || left == 0)
        return fail("ios.limit", entry.name, "too much code to be read");
      const parse::ZipContent content =
          parse::read_zip_entry(archive_, entry, std::min(left, kMaxMachoBytes));
      take(content.anomalies, content.truncated);
      left -= std::min(left, content.bytes.size());
      const Result<parse::MachoFile> file = parse::parse_macho(content.bytes);
      if (!file.ok()) continue;  // it only begins like one
      for (const parse::Anomaly& anomaly : file->anomalies)
        parse::note_anomaly(report_.anomalies, anomaly.id, entry.name, anomaly.detail);
      report_.truncated |= file->truncated;
      const std::string path = entry.name.substr(bundle_.size());
      libraries_->look_at(path, *file);
      libraries_->compare_team(path, *file);
      note_code(*file);
      collect_hosts(content.bytes);
    }
  }

  // What behaviours ask about: the system's frameworks, and functions and classes of them.
  void note_code(const parse::MachoFile& file) {
    for (const parse::MachoImage& image : file.images) {
      for (const parse::MachoLibrary& library : image.libraries) {
        const std::string_view name = system_framework(library.path);
        if (!name.empty() && frameworks_.size() < kMaxFrameworks)
          frameworks_.insert(parse::printable(name));
      }
      for (const std::string_view name : image.imports) {
        if (content_.behaviors().asks_about_import(name))
          noted_imports_.insert(parse::printable(name));
      }
    }
  }

  // Code first: it matters most, should time run out.
  void run_yara() {
    if (!yara_.wants_more()) return;
    std::vector<const parse::ZipEntry*> entries;
    for (const parse::ZipEntry& entry : archive_.entries) entries.push_back(&entry);
    std::stable_partition(entries.begin(), entries.end(), [&](const parse::ZipEntry* entry) {
      return parse::looks_like_macho(peeker_.peek(*entry));
    });
    yara_.look_at_rest(archive_, "", entries);
    yara_.finish();
  }

  // Runs of printable characters, which is how the strings of code lie in the file.
  void collect_hosts(Bytes code) {
    constexpr std::size_t kLeastBytes = 6;
    const std::string_view text = as_text(code);
    std::size_t start = 0;
    for (std::size_t i = 0; i <= text.size(); ++i) {
      if (i < text.size() && text[i] > ' ' && text[i] < '\x7f') continue;
      if (i - start >= kLeastBytes) hosts_.look_at(text.substr(start, i - start));
      start = i + 1;
    }
  }

  const parse::ZipArchive& archive_;
  const intel::Content& content_;
  parse::ZipPeeker peeker_;
  HostCollector hosts_;
  std::optional<IosLibraries> libraries_;  // made when the bundle is known
  std::string bundle_;
  std::string executable_;
  std::set<std::string> frameworks_;
  std::set<std::string> noted_imports_;
  AppReport report_;
  YaraPass yara_;  // writes to the report
};

}  // namespace

bool looks_like_ipa(const parse::ZipArchive& archive) {
  return std::any_of(archive.entries.begin(), archive.entries.end(),
                     [](const parse::ZipEntry& entry) { return !bundle_of(entry.name).empty(); });
}

AppReport scan_ipa(const parse::ZipArchive& archive, const intel::Content& content,
                   const intel::YaraLimits& yara) {
  return IpaScan(archive, content, yara).run();
}

}  // namespace bartizan::detect
