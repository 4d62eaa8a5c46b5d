// An app package read whole: what the parsers found, as plain facts. Judging is detect()'s, so that
// a scan in the CLI, on the phone and on the server ends in the same findings.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_reader.h"
#include "base/json.h"
#include "base/result.h"
#include "intel/content.h"
#include "parse/anomaly.h"
#include "parse/apksig/types.h"
#include "parse/axml/types.h"

namespace bartizan::detect {

inline constexpr std::size_t kMaxDexBytes = 96 << 20;      // of one classes*.dex, inflated
inline constexpr std::size_t kMaxAllDexBytes = 384 << 20;  // of all
inline constexpr std::size_t kMaxDexFiles = 500;
inline constexpr std::size_t kMaxDomains = 256;

struct AppReport {
  std::uint64_t size = 0;
  std::string sha256;  // of the file, hex
  // Absent: it could not be read, which the anomalies say.
  std::optional<parse::AndroidManifest> manifest;
  parse::ApkSignature signature;
  bool debug_signed = false;
  // Host names in the code, those that match an indicator first; at most kMaxDomains.
  std::vector<std::string> domains;
  std::vector<parse::Anomaly> anomalies;  // of every parser
  bool truncated = false;                 // something could not be seen
};

// kInvalid: not an Android package (no ZIP, or one without manifest and code). A damaged or hostile
// package is a report with anomalies. Time and memory are bounded by the file and the limits above.
// `content` decides which bare host names in the code are worth naming.
Result<AppReport> scan_app(Bytes file, const intel::Content& content);

// The body of an app.installed observation; `installer` is absent when nobody knows it.
json::object app_observation_body(const AppReport& report,
                                  const std::optional<std::string>& installer);

}  // namespace bartizan::detect
