// Absolute URLs split as browsers split them (WHATWG URL Standard), so that the host judged is the
// host a browser would connect to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "parse/url/host.h"
#include "parse/url/url_anomaly.h"
#include "parse/url/url_record.h"

namespace bartizan::parse {

struct Url {
  std::string scheme;  // lower-case, without ":"
  // What stands before "@", percent-encoded, without the password: it may be a secret and is not
  // kept.
  std::string username;
  bool has_password = false;
  HostKind host_kind = HostKind::kNone;
  std::string host;                   // without the dot a name may end in
  std::optional<std::uint16_t> port;  // absent when it is the scheme's own
  std::string path;                   // normalised and percent-encoded
  std::string query;                  // without "?", percent-encoded
  std::string fragment;               // without "#", percent-encoded
  std::vector<UrlAnomaly> anomalies;  // in the order of the enum, each once

  bool has(UrlAnomaly anomaly) const;
};

// Errors: no scheme, no host where the scheme needs one, a host no browser accepts, a bad port,
// longer than kMaxUrlBytes.
Result<Url> parse_url(std::string_view text);

// An address as people and messages write it: without a scheme ("example.com/login",
// "example.com:8080") it is read as https, and one written so that nobody opens it by accident
// ("hxxps://example[.]com") as what it stands for. Without a scheme, what has no dot and is not
// "localhost" is a word and no address.
Result<Url> parse_link(std::string_view text);

}  // namespace bartizan::parse
