#include "parse/arsc/parser.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (const std::uint32_t id : {0x7f010000u, 0x7f020001u, 0x01040000u})
    (void)bartizan::parse::find_string_resource({data, size}, id);
  return 0;
}
