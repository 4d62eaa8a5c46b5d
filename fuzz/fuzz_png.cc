#include "parse/png/parser.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto image = bartizan::parse::parse_png({data, size});
  if (!image.ok()) return 0;
  if (image->rgba.size() != image->width * image->height * 4) __builtin_trap();
  if (image->truncated && image->anomalies.empty()) __builtin_trap();
  return 0;
}
