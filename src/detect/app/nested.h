// Code inside an Android package besides its own classes*.dex: packages in the package, DEX files
// and native libraries, told by their magic whatever their name says.
//
// Anomalies: nested.apk nested.jar nested.dex_hidden nested.elf_hidden nested.disguised
// nested.limit
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_reader.h"
#include "detect/app/report.h"
#include "parse/elf/types.h"
#include "parse/zip/types.h"

namespace bartizan::detect {

inline constexpr std::size_t kMaxNestedDepth = 3;  // a package in a package in a package
inline constexpr std::size_t kMaxNestedFiles = 2000;
inline constexpr std::size_t kMaxNestedEntryBytes = 128 << 20;  // of one, inflated
inline constexpr std::size_t kMaxNestedBytes = 768 << 20;       // of all together

// "classes.dex", "classes2.dex" ...: what the runtime loads.
bool is_dex_name(std::string_view name);

// What is done with each file besides reporting it; its bytes live for the call.
struct NestedVisitor {
  std::function<void(Bytes dex)> dex;
  std::function<void(const parse::ElfFile& library)> library;
  // Unless empty: each of them and each archive, under its path.
  std::function<void(const std::string& path, Bytes bytes)> file;
  // Unless empty: the entries of an archive that were not read, when its code has been.
  std::function<void(const parse::ZipArchive& archive, const std::string& prefix,
                     const std::vector<const parse::ZipEntry*>& entries)>
      rest;
};

// Reads each nested file once and adds it to the report: `nested`, `native` and anomalies. What
// lies beyond the bounds is named by nested.limit and not read; code that was not read, unlike a
// large or deep archive, makes the report `truncated`. `prefix` goes before every path: empty, or
// "split.apk!".
void read_nested(const parse::ZipArchive& archive, const std::string& prefix, AppReport& report,
                 const NestedVisitor& visitor);

inline constexpr std::size_t kMaxSplits = 64;

// A bundle of packages: .apks, .xapk, .apkm.
struct PackageContainer {
  std::string base;                 // name of the entry that is the app
  std::vector<std::string> others;  // its splits, at most kMaxSplits
};

// Nothing: the archive is a package itself, or holds none.
std::optional<PackageContainer> find_container(const parse::ZipArchive& archive);

}  // namespace bartizan::detect
