#include "parse/elf/parser.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = bartizan::parse::parse_elf({data, size});
  if (!file.ok()) return 0;
  for (const std::string_view name : file->imports) {
    if (name.empty()) __builtin_trap();
  }
  return 0;
}
