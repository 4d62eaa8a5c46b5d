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

namespace bartizan::parse {

inline constexpr std::size_t kMaxUrlBytes = 65'536;

enum class HostKind {
  kNone,    // "mailto:", "data:" and the like
  kDomain,  // lower-case ASCII, internationalised labels in punycode
  kIpv4,    // four decimal numbers, however they were written
  kIpv6,    // in brackets, shortest form
  kOpaque,  // of a scheme browsers do not know: as written
};

// What an address has that honest ones seldom do.
enum class UrlAnomaly {
  kUserInfo,            // "paypal.com@evil.example": what comes before "@" is not the host
  kBackslash,           // read as a slash
  kRemovedCharacters,   // tabs, line ends or control characters a browser drops
  kPercentEncodedHost,  // "%65vil.example": ASCII that needs no escape
  kMappedHost,          // full-width letters and the like that turn into others
  kObscureIpv4,         // hexadecimal, octal, one number, or fewer than four parts
  kTrailingDot,         // "evil.example.": dropped from `host`
  kMissingScheme,       // supplied by parse_link
};
std::string_view to_string(UrlAnomaly value);

struct Url {
  std::string scheme;  // lower-case, without ":"
  // What stands before "@", without the password: it may be a secret and is not kept.
  std::string username;
  bool has_password = false;
  HostKind host_kind = HostKind::kNone;
  std::string host;
  std::optional<std::uint16_t> port;  // absent when it is the scheme's own
  std::string path;                   // as written, "\" as "/"
  std::string query;                  // without "?"
  std::string fragment;               // without "#"
  std::vector<UrlAnomaly> anomalies;  // in the order of the enum, each once

  bool has(UrlAnomaly anomaly) const;
};

// Errors: no scheme, no host where the scheme needs one, a host no browser accepts, a bad port,
// longer than kMaxUrlBytes. Paths are not normalised.
Result<Url> parse_url(std::string_view text);

// An address as people and messages write it: without a scheme ("example.com/login",
// "example.com:8080") it is read as https.
Result<Url> parse_link(std::string_view text);

// The host part of a URL of a known scheme: percent-decoding, IDNA, IPv4 in all its forms, IPv6.
struct Host {
  HostKind kind = HostKind::kDomain;
  std::string text;
  bool percent_encoded = false;
  bool mapped = false;
  bool obscure_ipv4 = false;
  bool trailing_dot = false;
};
Result<Host> parse_host(std::string_view text);

}  // namespace bartizan::parse
