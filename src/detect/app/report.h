// An app package read whole: what the parsers found, as plain facts. Judging is detect()'s, so that
// a scan in the CLI, on the phone and on the server ends in the same findings.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "detect/app/behaviors.h"
#include "detect/app/code.h"
#include "detect/app/model.h"
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
  // For the platforms that were asked about: one, or all from the app's minimum on.
  parse::ApkSignature signature;
  // For a phone of today, or the one platform that was asked about. An app that only an older phone
  // would refuse is not tampered with.
  parse::ApkSignature phone_signature;
  std::string test_key;  // "testkey", "platform", "debug" ...: anybody may hold the signer's key
  CodeReport code;
  // Of the package's files and of the functions its native libraries import, those that some
  // behaviour asks about.
  std::vector<std::string> noted_entries;
  std::vector<std::string> noted_imports;
  std::vector<ShownBehavior> behaviors;
  // Host names in the code, those that match an indicator first; at most kMaxDomains.
  std::vector<std::string> domains;
  // Absent: the content has no classifier, or manifest or code could not be read at all.
  std::optional<ModelVerdict> model;
  std::vector<parse::Anomaly> anomalies;  // of every parser
  bool truncated = false;                 // something could not be seen
};

// The signers proven, or else those that a signature which does not verify names.
inline const std::vector<parse::Certificate>& named_signers(const parse::ApkSignature& signature) {
  return signature.signers.empty() ? signature.claimed_signers : signature.signers;
}

}  // namespace bartizan::detect
