// A Mach-O file's facts: what dyld loads, and what the code signature says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_reader.h"
#include "parse/anomaly.h"
#include "parse/plist/types.h"

namespace bartizan::parse {

enum class MachoLoad { kRequired, kWeak, kReexported, kLazy, kUpward };
struct MachoLibrary {
  std::string_view path;  // "@rpath/Name.framework/Name", "/usr/lib/libSystem.B.dylib"
  MachoLoad load = MachoLoad::kRequired;
};

// FairPlay: what the App Store encrypts. An id of 0: prepared for it, and in clear.
struct MachoEncryption {
  std::uint32_t offset = 0;
  std::uint32_t size = 0;
  std::uint32_t id = 0;
};

enum class PageHashes { kNotChecked, kMatch, kMismatch };

inline constexpr std::uint32_t kCodeSignatureAdHoc = 0x2;
inline constexpr std::uint32_t kCodeSignatureGetTaskAllow = 0x4;

// The strongest CodeDirectory of the embedded signature, and what lies beside it.
struct CodeSignature {
  std::string_view identifier;
  std::string_view team;  // "": none, as in ad hoc signatures
  std::uint32_t version = 0;
  std::uint32_t flags = 0;
  std::string_view hash;  // "sha1", "sha256", "sha384"
  std::string cd_hash;    // first 20 bytes of the directory's hash, hex
  PageHashes pages = PageHashes::kNotChecked;
  std::size_t bad_pages = 0;  // whose hash differs
  // What the directory says of files beside the executable, raw; empty: it says nothing.
  Bytes info_plist_hash;
  Bytes code_resources_hash;
  // The blobs in the signature are those the directory has hashes of.
  bool blobs_match = true;
  Bytes code_directory;                        // the first one, which the CMS signature is over
  Bytes cms;                                   // empty: ad hoc
  std::optional<PlistValue> entitlements;      // XML
  std::optional<PlistValue> entitlements_der;  // what newer systems believe
};

struct MachoImage {
  std::uint32_t cpu_type = 0;
  std::uint32_t file_type = 0;  // 2 executable, 6 dynamic library, 8 bundle
  std::uint32_t flags = 0;
  bool is_64 = false;
  std::uint64_t offset = 0;  // of the image in the file
  std::uint64_t size = 0;
  std::vector<MachoLibrary> libraries;
  std::vector<std::string_view> rpaths;
  std::string_view install_name;  // of a library
  std::optional<MachoEncryption> encryption;
  std::string platform;                   // "ios", "ios_simulator", "macos" ...; empty: not stated
  std::string min_os;                     // "15.0"; empty: not stated
  std::string uuid;                       // hex; empty: none
  std::vector<std::string_view> imports;  // undefined symbols
  bool position_independent = false;
  bool writable_code = false;
  std::optional<CodeSignature> signature;
};

// Names and blobs refer to the bytes the file was parsed from, which must outlive it.
struct MachoFile {
  std::vector<MachoImage> images;  // more than one in a universal file
  std::vector<Anomaly> anomalies;
  bool truncated = false;
};

}  // namespace bartizan::parse
