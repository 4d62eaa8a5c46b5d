// IPv4 and IPv6 addresses as the URL Standard reads and writes them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace bartizan::parse {

using Ipv6 = std::array<std::uint16_t, 8>;

// Whether browsers take `host` for an IPv4 address: its last label is a number (decimal or 0x).
bool ends_in_number(std::string_view host);
// One to four parts, each decimal, octal (0...) or hexadecimal (0x...); the last fills what is
// left.
Result<std::uint32_t> parse_ipv4(std::string_view text);
std::string format_ipv4(std::uint32_t address);

Result<Ipv6> parse_ipv6(std::string_view text);  // without brackets or zone
std::string format_ipv6(const Ipv6& address);    // RFC 5952, without brackets

}  // namespace bartizan::parse
