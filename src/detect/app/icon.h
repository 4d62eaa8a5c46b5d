// The picture by which the launcher shows an app, digested (base/image_hash.h).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/image_hash.h"
#include "parse/anomaly.h"
#include "parse/arsc/parser.h"
#include "parse/axml/types.h"
#include "parse/zip/types.h"

namespace bartizan::detect {

struct AppIcon {
  std::string file;  // the entry that was looked at; printable
  ImageHash hash;
};

struct IconSearch {
  std::optional<AppIcon> icon;
  std::vector<parse::Anomaly> anomalies;  // of the picture that was read
};

// The icon resources of an app, the one that people see first: of what the launcher shows, of the
// application, and its round one.
std::vector<std::uint32_t> icon_resources(const parse::AndroidManifest& manifest);

// The first of `resources` that is a PNG in which something can be seen, as a phone of today (480
// dots an inch) picks it. Of an adaptive icon the foreground on its background, cut as launchers
// do. Nothing: there is only what cannot be compared (vector drawables, WebP), or nothing to be
// seen.
IconSearch find_icon(const parse::ZipArchive& archive, const parse::ResourceTable& table,
                     std::span<const std::uint32_t> resources);

// Of a bundle of iOS, by the names that CFBundleIconFiles gives: the last, which is the largest.
IconSearch find_ios_icon(const parse::ZipArchive& archive, const std::string& bundle,
                         std::span<const std::string> names);

}  // namespace bartizan::detect
