#include "parse/cms/parser.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  (void)bartizan::parse::parse_signed_message({data, size}, {});
  return 0;
}
