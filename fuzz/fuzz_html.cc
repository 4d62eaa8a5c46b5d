// HTML: whatever comes in, what is read of it keeps to its bounds.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "parse/html/parser.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bartizan::parse;
  const HtmlPage page = read_html({reinterpret_cast<const char*>(data), size});
  if (page.text.size() > kMaxHtmlText + 1 || page.links.size() > kMaxHtmlLinks ||
      page.forms.size() > kMaxHtmlForms)
    std::abort();
  return 0;
}
