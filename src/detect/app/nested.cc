#include "detect/app/nested.h"

#include <algorithm>

#include "base/crypto.h"
#include "parse/elf/parser.h"
#include "parse/zip/parser.h"
#include "parse/zip/peek.h"

namespace bartizan::detect {
namespace {

constexpr std::string_view kManifest = "AndroidManifest.xml";

std::string_view ending_of(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  const std::size_t slash = name.rfind('/');
  if (dot == std::string_view::npos || (slash != std::string_view::npos && dot < slash)) return {};
  return name.substr(dot + 1);
}

// Endings of what is no code: a code file under one of them wants to be overlooked.
constexpr std::string_view kInnocentEndings[] = {
    "png", "jpg", "jpeg", "gif",  "webp", "ico", "svg", "bmp",  "mp3", "mp4", "ogg", "wav",
    "ttf", "otf", "txt",  "html", "htm",  "css", "js",  "json", "xml", "csv", "pdf", "md",
};

bool is_innocent(std::string_view name) {
  std::string ending(ending_of(name));
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return std::find(std::begin(kInnocentEndings), std::end(kInnocentEndings), ending) !=
         std::end(kInnocentEndings);
}

enum class Magic { kNone, kDex, kZip, kElf };
Magic magic_of(Bytes start) {
  const std::string_view text = as_text(start);
  // Android's DEX, and the compact form that the system makes of it.
  if (text.starts_with("dex\n0") || text.starts_with("cdex0")) return Magic::kDex;
  if (text.starts_with("PK\x03\x04")) return Magic::kZip;
  return parse::looks_like_elf(start) ? Magic::kElf : Magic::kNone;
}

bool has_dex(const parse::ZipArchive& archive) {
  return std::any_of(archive.entries.begin(), archive.entries.end(),
                     [](const parse::ZipEntry& entry) { return is_dex_name(entry.name); });
}

class NestedReader {
 public:
  NestedReader(AppReport& report, const NestedVisitor& visitor)
      : report_(report), visitor_(visitor) {}

  // `prefix` names the way to the archive: empty, or "assets/a.apk!".
  void read(const parse::ZipArchive& archive, const std::string& prefix, std::size_t depth) {
    parse::ZipPeeker peeker(archive);
    std::vector<const parse::ZipEntry*> unread;
    for (const parse::ZipEntry& entry : archive.entries) {
      if (depth == 0 && is_dex_name(entry.name)) continue;  // the app's own
      const Magic magic = magic_of(peeker.peek(entry));
      if (magic == Magic::kNone) {
        if (visitor_.rest) unread.push_back(&entry);
        continue;
      }
      if (!within_limits(prefix + entry.name)) return;
      const parse::ZipContent content =
          parse::read_zip_entry(archive, entry, std::min(kMaxNestedEntryBytes, left_));
      left_ -= std::min(left_, std::max<std::size_t>(content.bytes.size(), 1));
      if (content.truncated) {
        note("nested.limit", prefix + entry.name, "not read whole");
        report_.truncated |= magic != Magic::kZip;
        continue;
      }
      if (visitor_.file) visitor_.file(prefix + entry.name, content.bytes);
      take(magic, entry.name, content.bytes, prefix, depth);
    }
    if (visitor_.rest) visitor_.rest(archive, prefix, unread);
  }

 private:
  void note(std::string_view id, std::string_view where, std::string_view detail) {
    parse::note_anomaly(report_.anomalies, id, where, detail);
  }

  bool within_limits(const std::string& path) {
    if (files_++ < kMaxNestedFiles && left_ > 0) return true;
    note("nested.limit", path, "too many or too large files");
    report_.truncated = true;
    return false;
  }

  void take(Magic magic, const std::string& name, Bytes bytes, const std::string& prefix,
            std::size_t depth) {
    const std::string path = prefix + name;
    if (magic == Magic::kDex) {
      // Of a nested package its own code; hidden is what no package's runtime would load.
      if (depth == 0 || !is_dex_name(name)) note("nested.dex_hidden", path, "code");
      add("dex", path, name, bytes);
      visitor_.dex(bytes);
    } else if (magic == Magic::kElf) {
      take_library(path, name, bytes);
    } else {
      take_archive(path, name, bytes, depth);
    }
  }

  void add(std::string_view kind, const std::string& path, const std::string& name, Bytes bytes) {
    const bool disguised = is_innocent(name);
    if (disguised) note("nested.disguised", path, std::string(kind) + " under another name");
    report_.nested.push_back({.path = path,
                              .kind = std::string(kind),
                              .size = bytes.size(),
                              .sha256 = sha256_hex(bytes),
                              .disguised = disguised});
  }

  void take_library(const std::string& path, const std::string& name, Bytes bytes) {
    const Result<parse::ElfFile> file = parse::parse_elf(bytes);
    if (!file.ok()) return;  // it only begins like one
    for (const parse::Anomaly& anomaly : file->anomalies) note(anomaly.id, path, anomaly.detail);
    const bool in_place = name.starts_with("lib/") && name.ends_with(".so");
    if (!in_place) {
      note("nested.elf_hidden", path, "native code outside lib/");
      add("elf", path, name, bytes);
    }
    visitor_.library(*file);
    report_.native.push_back({.path = path,
                              .abi = std::string(parse::android_abi(*file)),
                              .hardening = file->hardening,
                              .initialisers = file->initialisers,
                              .imports = file->imports.size(),
                              .exports = file->exports.size(),
                              .packer = std::string(file->packer)});
  }

  void take_archive(const std::string& path, const std::string& name, Bytes bytes,
                    std::size_t depth) {
    const Result<parse::ZipArchive> inner = parse::parse_zip(bytes);
    if (!inner.ok()) return;
    if (inner->find(kManifest) != nullptr) {
      note("nested.apk", path, "a package inside the package");
      add("apk", path, name, bytes);
    } else if (has_dex(*inner)) {
      note("nested.jar", path, "an archive of code for Android");
      add("jar", path, name, bytes);
    }
    if (depth + 1 >= kMaxNestedDepth) return note("nested.limit", path, "nested too deeply");
    read(*inner, path + "!", depth + 1);
  }

  AppReport& report_;
  const NestedVisitor& visitor_;
  std::size_t files_ = 0;
  std::size_t left_ = kMaxNestedBytes;
};

// As bundletool, SAI and the mirrors of the stores name them.
bool is_base_name(std::string_view name) {
  return name == "base.apk" || name.ends_with("/base.apk") || name.ends_with("base-master.apk");
}
bool is_split_name(std::string_view name) {
  const std::string_view file = name.substr(name.rfind('/') + 1);
  return file.starts_with("config.") || file.starts_with("split_") || file.starts_with("split.") ||
         file.find("-config.") != std::string_view::npos;
}

}  // namespace

bool is_dex_name(std::string_view name) {
  if (!name.starts_with("classes") || !name.ends_with(".dex")) return false;
  const std::string_view number = name.substr(7, name.size() - 11);
  return std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; });
}

void read_nested(const parse::ZipArchive& archive, const std::string& prefix, AppReport& report,
                 const NestedVisitor& visitor) {
  NestedReader(report, visitor).read(archive, prefix, 0);
}

std::optional<PackageContainer> find_container(const parse::ZipArchive& archive) {
  if (archive.find(kManifest) != nullptr || has_dex(archive)) return std::nullopt;
  const parse::ZipEntry* base = nullptr;
  const auto rank = [](const parse::ZipEntry& entry) {
    return is_base_name(entry.name) ? 2 : is_split_name(entry.name) ? 0 : 1;
  };
  PackageContainer out;
  for (const parse::ZipEntry& entry : archive.entries) {
    if (!entry.name.ends_with(".apk")) continue;
    const bool better = base == nullptr || rank(entry) > rank(*base) ||
                        (rank(entry) == rank(*base) && entry.size > base->size);
    if (better) {
      if (base != nullptr) out.others.push_back(base->name);
      base = &entry;
    } else if (entry.name != base->name) {
      out.others.push_back(entry.name);
    }
  }
  if (base == nullptr) return std::nullopt;
  if (out.others.size() > kMaxSplits) out.others.resize(kMaxSplits);
  out.base = base->name;
  return out;
}

}  // namespace bartizan::detect
