// An app package that somebody uploaded, and what became of it.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.h"
#include "model/app_signer.h"

namespace bartizan {

struct ScannedApp {
  std::string sha256;  // of the file, hex; a later scan of the same file replaces the earlier
  std::string package;
  std::string label;
  std::string version_name;
  std::string verdict;  // "clean", "suspicious", "malicious"
  std::int64_t size = 0;
  Timestamp scanned_at;
  std::string scanned_by;  // "admin:NAME", "token:NAME"
  std::string report;      // JSON, docs/cli.md
  std::string tlsh;        // of its code, base/tlsh.h; empty: none
  AppSigner signer;        // proven; empty: it is not
  std::string icon_hash;   // of an Android app, base/image_hash.h; empty: none
};

// What is compared of all scanned apps at once.
struct ComparedApp {
  std::string sha256;
  std::string package;
  std::string label;
  std::string verdict;
  AppSigner signer;
  std::string tlsh;
  std::string icon_hash;

  bool operator==(const ComparedApp&) const = default;
};

}  // namespace bartizan
