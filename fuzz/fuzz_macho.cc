#include "parse/macho/parser.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = bartizan::parse::parse_macho({data, size});
  if (file.ok() && file->truncated && file->anomalies.empty()) __builtin_trap();
  return 0;
}
