#include "parse/plist/parser.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto plist = bartizan::parse::parse_plist({data, size});
  if (plist.ok() && plist->truncated && plist->anomalies.empty()) __builtin_trap();
  return 0;
}
