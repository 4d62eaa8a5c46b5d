#include "detect/app/ios_libraries.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <span>
#include <vector>

namespace bartizan::detect {
namespace {

constexpr std::string_view kLoader = "@loader_path/";
constexpr std::string_view kExecutable = "@executable_path/";
constexpr std::string_view kRpath = "@rpath/";
// Of one image. Each library is looked for in each run path.
constexpr std::size_t kMaxLibraries = 1024;
constexpr std::size_t kMaxRpaths = 32;

// File names of libraries that hook other code, as their projects publish them. No app needs them
// to work; tweaked copies of apps carry them.
constexpr std::string_view kHookingLibraries[] = {
    "cydiasubstrate",      "libsubstrate.dylib", "substrateloader.dylib", "libhooker.dylib",
    "libsubstitute.dylib", "ellekit.dylib",      "tweakinject.dylib",     "fridagadget.dylib",
    "frida-gadget.dylib",  "libcycript.dylib",   "sslkillswitch2.dylib",  "revealserver",
};

bool is_system(std::string_view path) {
  return path.starts_with("/System/") || path.starts_with("/usr/lib/");
}

std::string_view folder_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

bool is_hooking(std::string_view path) {
  std::string name(path.substr(path.rfind('/') + 1));
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::find(std::begin(kHookingLibraries), std::end(kHookingLibraries), name) !=
         std::end(kHookingLibraries);
}

// The folder of the program that loads it: of an extension or watch app, its own.
std::string_view executable_folder(std::string_view loader) {
  for (const std::string_view ending : {".appex/", ".app/"}) {
    const std::size_t at = loader.rfind(ending);
    if (at != std::string_view::npos) return loader.substr(0, at + ending.size());
  }
  return {};
}

std::string join(std::string_view folder, std::string_view name) {
  return std::string(folder) + "/" + std::string(name);
}

// `folder`/`path` without "." and ".."; nothing when it climbs out.
std::optional<std::string> normalised(std::string_view folder, std::string_view path) {
  std::vector<std::string_view> parts;
  for (std::string_view rest : {folder, path}) {
    while (!rest.empty()) {
      const std::string_view part = rest.substr(0, rest.find('/'));
      rest.remove_prefix(std::min(rest.size(), part.size() + 1));
      if (part.empty() || part == ".") continue;
      if (part != "..") {
        parts.push_back(part);
      } else if (parts.empty()) {
        return std::nullopt;
      } else {
        parts.pop_back();
      }
    }
  }
  std::string out;
  for (const std::string_view part : parts) {
    if (!out.empty()) out += '/';
    out += part;
  }
  return out;
}

}  // namespace

IosLibraries::IosLibraries(const parse::ZipArchive& archive, std::string_view bundle,
                           AppReport& report)
    : bundle_(bundle), report_(report) {
  files_.reserve(archive.entries.size());
  for (const parse::ZipEntry& entry : archive.entries) files_.insert(entry.name);
}

IosLibraries::Place IosLibraries::place_in_bundle(std::string_view folder,
                                                  std::string_view path) const {
  const std::optional<std::string> inside = normalised(folder, path);
  if (!inside) return Place::kOutside;
  return files_.contains(bundle_ + *inside) ? Place::kBundle : Place::kMissing;
}

IosLibraries::Place IosLibraries::place_of(std::string_view library, std::string_view loader,
                                           const parse::MachoImage& image) const {
  if (is_system(library)) return Place::kSystem;
  if (library.starts_with(kExecutable))
    return place_in_bundle(executable_folder(loader), library.substr(kExecutable.size()));
  if (library.starts_with(kLoader))
    return place_in_bundle(folder_of(loader), library.substr(kLoader.size()));
  if (!library.starts_with(kRpath)) return Place::kOutside;
  const std::string_view name = library.substr(kRpath.size());
  // Of several run paths the first that has it counts.
  Place best = Place::kMissing;
  const std::size_t count = std::min(image.rpaths.size(), kMaxRpaths);
  for (const std::string_view rpath : std::span(image.rpaths).first(count)) {
    Place place = Place::kMissing;
    if (is_system(std::string(rpath) + "/")) {
      // Only the system knows what is there: the Swift libraries, for one.
      place = name.starts_with("libswift") ? Place::kSystem : Place::kMissing;
    } else if (rpath.starts_with(kExecutable)) {
      place =
          place_in_bundle(executable_folder(loader), join(rpath.substr(kExecutable.size()), name));
    } else if (rpath.starts_with(kLoader)) {
      place = place_in_bundle(folder_of(loader), join(rpath.substr(kLoader.size()), name));
    } else if (rpath.starts_with("/")) {
      place = Place::kOutside;
    }
    if (place == Place::kSystem || place == Place::kBundle) return place;
    if (place == Place::kOutside) best = place;
  }
  return best;
}

void IosLibraries::add(std::string_view id, std::string_view where, std::string_view library,
                       std::string_view detail) {
  parse::note_anomaly(report_.anomalies, id, where, detail);
  const std::string text(library);
  if (std::find(report_.ios->injected_libraries.begin(), report_.ios->injected_libraries.end(),
                text) == report_.ios->injected_libraries.end())
    report_.ios->injected_libraries.push_back(text);
}

void IosLibraries::look_at(std::string_view path, const parse::MachoFile& file) {
  for (const parse::MachoImage& image : file.images) {
    const std::size_t count = std::min(image.libraries.size(), kMaxLibraries);
    if (count < image.libraries.size() || image.rpaths.size() > kMaxRpaths) {
      parse::note_anomaly(report_.anomalies, "ios.limit", path, "too many libraries or run paths");
      report_.truncated = true;
    }
    for (const parse::MachoLibrary& library : std::span(image.libraries).first(count)) {
      if (is_hooking(library.path)) {
        add("ios.hooking_library", path, library.path, library.path);
        continue;
      }
      const Place place = place_of(library.path, path, image);
      if (place == Place::kOutside)
        add("ios.library_outside_bundle", path, library.path, library.path);
      if (place == Place::kMissing && library.load != parse::MachoLoad::kWeak)
        parse::note_anomaly(report_.anomalies, "ios.missing_library", path, library.path);
    }
  }
}

void IosLibraries::compare_team(std::string_view path, const parse::MachoFile& file) {
  for (const parse::MachoImage& image : file.images) {
    const std::string_view team = image.signature ? image.signature->team : std::string_view();
    // Of an app without a team nothing can be said; an unsigned file no phone would load.
    if (report_.ios->team.empty() || !image.signature || team == report_.ios->team) continue;
    add("ios.foreign_library", path, path,
        team.empty() ? std::string("signed by no team") : "signed by team " + std::string(team));
    return;
  }
}

}  // namespace bartizan::detect
