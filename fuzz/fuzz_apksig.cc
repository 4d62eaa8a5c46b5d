#include "parse/apksig/verifier.h"
#include "parse/zip/parser.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto archive = bartizan::parse::parse_zip({data, size});
  if (!archive.ok()) return 0;
  bartizan::parse::ApkSignatureVerifier verifier(*archive);
  for (const std::uint32_t sdk : {18u, 24u, 28u, bartizan::parse::kNewestPlatform})
    (void)verifier.verify({.range = {sdk, sdk}});
  (void)verifier.verify({.range = {}});
  return 0;
}
