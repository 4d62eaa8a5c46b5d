#include "parse/dex/strings.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::size_t bytes = 0;
  (void)bartizan::parse::visit_dex_strings({data, size},
                                           [&](std::string_view text) { bytes += text.size(); });
  if (bytes > 2 * size) __builtin_trap();
  return 0;
}
