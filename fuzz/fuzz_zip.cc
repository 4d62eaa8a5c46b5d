#include "parse/zip/parser.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto archive = bartizan::parse::parse_zip({data, size});
  if (!archive.ok()) return 0;
  std::size_t left = 64;  // entries may share data: bounded, so that no input is slow
  for (const auto& entry : archive->entries) {
    if (left-- == 0) break;
    (void)bartizan::parse::read_zip_entry(*archive, entry, 1 << 16);
  }
  return 0;
}
