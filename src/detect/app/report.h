// An app package read whole: what the parsers found, as plain facts. Judging is detect()'s, so that
// a scan in the CLI, on the phone and on the server ends in the same findings.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/tlsh.h"
#include "detect/app/behaviors.h"
#include "detect/app/code.h"
#include "detect/app/icon.h"
#include "detect/app/ios_facts.h"
#include "detect/app/model.h"
#include "detect/app/privacy.h"
#include "detect/app/yara_facts.h"
#include "parse/anomaly.h"
#include "parse/apksig/types.h"
#include "parse/axml/types.h"
#include "parse/elf/types.h"

namespace bartizan::detect {

inline constexpr std::size_t kMaxDomains = 256;
inline constexpr std::size_t kMaxOtherLabels = 64;

// Code found inside the package besides its own classes*.dex.
struct NestedFile {
  std::string path;  // "assets/a.png", within a nested archive "assets/a.apk!classes.dex"
  std::string kind;  // "apk", "jar", "dex", "elf"
  std::uint64_t size = 0;
  std::string sha256;
  bool disguised = false;  // under a name of something that is no code
};

struct NativeLibrary {
  std::string path;
  std::string abi;  // "arm64-v8a"; empty: of a machine that Android does not run on
  parse::ElfHardening hardening;
  std::size_t initialisers = 0;
  std::size_t imports = 0;
  std::size_t exports = 0;
  std::string packer;  // empty: none recognised
};

struct AppReport {
  std::uint64_t size = 0;
  std::string sha256;  // of the file, hex
  // Absent: it could not be read, which the anomalies say.
  std::optional<parse::AndroidManifest> manifest;
  // Names that the launcher may show besides the manifest's label: of the components it shows,
  // enabled or not yet, and in every language. Each once; at most kMaxOtherLabels.
  std::vector<std::string> other_labels;
  std::optional<AppIcon> icon;  // absent: there is none that could be looked at
  // For the platforms that were asked about: one, or all from the app's minimum on.
  parse::ApkSignature signature;
  // For a phone of today, or the one platform that was asked about. An app that only an older phone
  // would refuse is not tampered with.
  parse::ApkSignature phone_signature;
  std::string test_key;  // "testkey", "platform", "debug" ...: anybody may hold the signer's key
  CodeReport code;
  // Of all classes*.dex in their order, as one. Absent: not asked for, too little code, or not all
  // of it could be read.
  std::optional<TlshDigest> tlsh;
  // Of the package's files and of the functions its native libraries import, those that some
  // behaviour asks about.
  std::vector<std::string> noted_entries;
  std::vector<std::string> noted_imports;
  std::vector<ShownBehavior> behaviors;
  std::optional<IosFacts> ios;  // of an iOS package, which has no manifest of Android's
  // Host names in the code, those that match an indicator first; at most kMaxDomains.
  std::vector<std::string> domains;
  // Absent: the content has no classifier, or manifest or code could not be read at all.
  std::optional<ModelVerdict> model;
  std::vector<FoundTracker> trackers;
  std::vector<PermissionSummary> permission_summary;  // of an Android app
  std::vector<NestedFile> nested;
  std::vector<NativeLibrary> native;
  std::optional<YaraFacts> yara;  // absent: there are no rules
  std::string container_base;     // the entry of a bundle of packages that is the app; else empty
  std::vector<parse::Anomaly> anomalies;  // of every parser
  bool truncated = false;                 // something could not be seen
};

// The signers proven, or else those that a signature which does not verify names.
inline const std::vector<parse::Certificate>& named_signers(const parse::ApkSignature& signature) {
  return signature.signers.empty() ? signature.claimed_signers : signature.signers;
}

}  // namespace bartizan::detect
