// One pass over the bytes of an app package: every parser, one report.
#pragma once

#include <cstdint>
#include <optional>

#include "base/byte_reader.h"
#include "base/result.h"
#include "detect/app/report.h"
#include "intel/content.h"

namespace bartizan::detect {

inline constexpr std::size_t kMaxDexBytes = 96 << 20;      // of one classes*.dex, inflated
inline constexpr std::size_t kMaxAllDexBytes = 384 << 20;  // of all
inline constexpr std::size_t kMaxDexFiles = 500;
inline constexpr std::size_t kMaxNotedEntries = 256;

struct ScanOptions {
  std::optional<std::uint32_t> sdk;  // check the signature for this platform alone
};

// An Android package (APK), a bundle of them (.apks, .xapk, .apkm) or an iOS package (IPA).
// kInvalid: none of these (no ZIP, or one without manifest and code). A damaged or hostile
// package is a report with anomalies. Time and memory are bounded by the file and the limits above.
// `content` decides which bare host names in the code are worth naming.
Result<AppReport> scan_app(Bytes file, const intel::Content& content,
                           const ScanOptions& options = {});

}  // namespace bartizan::detect
