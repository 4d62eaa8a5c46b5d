// The host of an address: percent-decoding, IDNA, IPv4 in all its forms, IPv6 and opaque hosts.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace bartizan::parse {

enum class HostKind {
  kNone,    // "mailto:", "data:" and the like
  kDomain,  // lower-case ASCII, internationalised labels in punycode
  kIpv4,    // four decimal numbers, however they were written
  kIpv6,    // in brackets, shortest form
  kOpaque,  // of a scheme browsers do not know: as written, percent-encoded
};

struct Host {
  HostKind kind = HostKind::kDomain;
  std::string text;              // as the standard serialises it; empty for "file:///x"
  bool percent_encoded = false;  // ASCII that needs no escape was escaped
  bool mapped = false;           // letters turned into others, and not into punycode
  bool obscure_ipv4 = false;
};

// Of a special scheme.
Result<Host> parse_host(std::string_view text);
// Of any other scheme; may be empty.
Result<Host> parse_opaque_host(std::string_view text);

}  // namespace bartizan::parse
