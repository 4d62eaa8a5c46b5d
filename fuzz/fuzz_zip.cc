#include "parse/zip/parser.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto archive = bartizan::parse::parse_zip({data, size});
  if (!archive.ok()) return 0;
  for (const auto& entry : archive->entries)
    (void)bartizan::parse::read_zip_entry(*archive, entry, 1 << 16);
  return 0;
}
