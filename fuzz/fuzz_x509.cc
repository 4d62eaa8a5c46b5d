#include "parse/x509/parser.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  (void)bartizan::parse::parse_certificate({data, size});
  return 0;
}
