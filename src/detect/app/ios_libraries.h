// The dynamic libraries of an iOS app: does each come from the system or from the app's own maker?
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>

#include "detect/app/report.h"
#include "parse/macho/types.h"
#include "parse/zip/types.h"

namespace bartizan::detect {

// Adds what it finds odd to the report: anomalies and injected_libraries.
class IosLibraries {
 public:
  // `report.ios` must be there. `bundle` is the app's folder in the archive, "Payload/NAME.app/";
  // archive and report must outlive this.
  IosLibraries(const parse::ZipArchive& archive, std::string_view bundle, AppReport& report);

  // What the file at `path` within the bundle loads.
  void look_at(std::string_view path, const parse::MachoFile& file);

  // Code in the bundle that another team than the executable's signed, or none.
  void compare_team(std::string_view path, const parse::MachoFile& file);

 private:
  enum class Place { kSystem, kBundle, kMissing, kOutside };
  Place place_of(std::string_view library, std::string_view loader,
                 const parse::MachoImage& image) const;
  Place place_in_bundle(std::string_view folder, std::string_view path) const;
  void add(std::string_view id, std::string_view where, std::string_view library,
           std::string_view detail);

  std::unordered_set<std::string_view> files_;  // of the archive, by name
  std::string bundle_;
  AppReport& report_;
};

}  // namespace bartizan::detect
