// One pass over the bytes of an app package: every parser, one report.
#pragma once

#include <cstdint>
#include <optional>

#include "base/byte_reader.h"
#include "base/result.h"
#include "detect/app/report.h"
#include "intel/content.h"
#include "intel/yara_rules.h"

namespace bartizan::detect {

inline constexpr std::size_t kMaxDexBytes = 96 << 20;      // of one classes*.dex, inflated
inline constexpr std::size_t kMaxAllDexBytes = 384 << 20;  // of all
inline constexpr std::size_t kMaxDexFiles = 500;
inline constexpr std::size_t kMaxNotedEntries = 256;

struct ScanOptions {
  std::optional<std::uint32_t> sdk;  // check the signature for this platform alone
  intel::YaraLimits yara;            // where the content has rules of the operator
  bool tlsh = false;                 // the digest of the code, which costs as much as the rest
};

// An Android package (APK), a bundle of them (.apks, .xapk, .apkm) or an iOS package (IPA).
// kInvalid: none of these (no ZIP, or one without manifest and code). A damaged or hostile
// package is a report with anomalies. Time and memory are bounded by the file and the limits above.
// `content` decides which bare host names in the code are worth naming, and has the operator's YARA
// rules: only where those run out of time does a report depend on the machine.
Result<AppReport> scan_app(Bytes file, const intel::Content& content,
                           const ScanOptions& options = {});

}  // namespace bartizan::detect
