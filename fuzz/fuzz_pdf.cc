// PDFs: whatever comes in, the links of it keep to their bounds.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "parse/pdf/parser.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bartizan::parse;
  const PdfLinks read = read_pdf_links({data, size});
  if (read.urls.size() > kMaxPdfUrls) std::abort();
  return 0;
}
