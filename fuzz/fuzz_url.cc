// URLs and links: whatever is accepted has a host of its kind and is accepted again with it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "parse/url/url.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bartizan::parse;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)parse_link(text);
  const auto url = parse_url(text);
  if (!url.ok() || url->host_kind == HostKind::kNone || url->host_kind == HostKind::kOpaque)
    return 0;
  const auto again = parse_host(url->host);
  if (!again.ok() || again->kind != url->host_kind || again->text != url->host) std::abort();
  return 0;
}
