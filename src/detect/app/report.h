// An app package read whole: what the parsers found, as plain facts. Judging is detect()'s, so that
// a scan in the CLI, on the phone and on the server ends in the same findings.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "parse/anomaly.h"
#include "parse/apksig/types.h"
#include "parse/axml/types.h"

namespace bartizan::detect {

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

}  // namespace bartizan::detect
