#include "parse/apksig/verifier.h"
#include "parse/zip/parser.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto archive = bartizan::parse::parse_zip({data, size});
  if (!archive.ok()) return 0;
  for (const std::uint32_t sdk : {24u, 28u, bartizan::parse::kNewestPlatform})
    (void)bartizan::parse::verify_apk_signature(*archive, {.sdk = sdk});
  return 0;
}
