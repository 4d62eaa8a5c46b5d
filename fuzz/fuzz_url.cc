// URLs and links: whatever is accepted has a host of its kind, is written and read again as the
// same, and its host is accepted again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "parse/url/host.h"
#include "parse/url/url.h"
#include "parse/url/url_record.h"

namespace {

using namespace bartizan::parse;

void check_record(const UrlRecord& record) {
  const std::string written = serialise(record);
  if (written.size() > kMaxUrlBytes) return;
  const auto again = parse_url_record(written);
  if (!again.ok() || serialise(*again) != written) std::abort();
  (void)serialise_origin(record);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)parse_link(text);
  for (const char* base :
       {"https://user:pw@base.example:8443/a/b?c#d", "file:///C:/a/b", "app:/x/y"}) {
    const auto at = parse_url_record(base);
    const auto record = parse_url_record(text, &*at);
    if (record.ok()) check_record(*record);
  }
  const auto url = parse_url(text);
  if (!url.ok() || url->host_kind == HostKind::kNone || url->host_kind == HostKind::kOpaque)
    return 0;
  const auto again = parse_host(url->host);
  if (!again.ok() || again->kind != url->host_kind || again->text != url->host) std::abort();
  return 0;
}
