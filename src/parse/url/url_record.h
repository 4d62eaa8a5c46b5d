// The URL Standard's URL record: parsing, with or without a base, and serialising. Everybody who
// judges an address uses url.h, which leaves the password out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "parse/url/host.h"
#include "parse/url/url_anomaly.h"

namespace bartizan::parse {

inline constexpr std::size_t kMaxUrlBytes = 65'536;

struct UrlRecord {
  std::string scheme;  // lower-case, without ":"
  std::string username;
  std::string password;
  std::optional<Host> host;           // absent: the address has none, which is not an empty one
  std::optional<std::uint16_t> port;  // absent when it is the scheme's own
  // "/a/b", or an opaque path ("mailto:PATH"). Empty only when a scheme that is not special has
  // none.
  std::string path;
  bool opaque_path = false;
  std::optional<std::string> query;     // without "?"
  std::optional<std::string> fragment;  // without "#"
  std::vector<UrlAnomaly> anomalies;    // in the order of the enum, each once

  void note(UrlAnomaly anomaly);
};

// `text` may be malformed UTF-8, which is read with U+FFFD as browsers do. Without a base, an
// address must have a scheme. Errors: what the standard calls failure, and kLimit beyond
// kMaxUrlBytes.
Result<UrlRecord> parse_url_record(std::string_view text, const UrlRecord* base = nullptr);

std::string serialise(const UrlRecord& url);         // its "href"
std::string serialise_host(const UrlRecord& url);    // host and port; empty without a host
std::string serialise_origin(const UrlRecord& url);  // "null" for opaque origins

// http, https, ws, wss, ftp and file, as the standard calls them.
bool is_special_scheme(std::string_view scheme);
// Length of the scheme at the start of `text`, without ":"; 0 when there is none.
std::size_t scheme_length(std::string_view text);
// Without what a browser drops: control characters and spaces around, tabs and line ends within.
// `storage` holds the result when something within was dropped.
std::string_view without_ignored(std::string_view text, std::string& storage);

}  // namespace bartizan::parse
