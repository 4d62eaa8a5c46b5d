// Entries one after the other, for who looks at each once.
#pragma once

#include <cstdint>
#include <memory>

#include "parse/zip/types.h"

namespace bartizan::parse {

struct ZipEntryView {
  Bytes bytes;                 // valid until the next entry is looked at
  bool truncated = false;      // as in ZipContent
  bool limit_reached = false;  // that is why
};

// For many entries much cheaper than read_zip_entry: what is stored is not copied, what is not goes
// into one buffer, and the CRC-32 is left alone.
class ZipEntryViewer {
 public:
  // `archive` must outlive it.
  explicit ZipEntryViewer(const ZipArchive& archive);
  ~ZipEntryViewer();
  ZipEntryViewer(const ZipEntryViewer&) = delete;
  ZipEntryViewer& operator=(const ZipEntryViewer&) = delete;

  // The bytes that read_zip_entry would give.
  ZipEntryView look_at(const ZipEntry& entry, std::size_t limit);

 private:
  struct State;
  const ZipArchive& archive_;
  std::unique_ptr<State> state_;
};

}  // namespace bartizan::parse
