#include <algorithm>
#include <array>
#include <cctype>

#include "parse/domain/idna.h"
#include "parse/domain/utf8.h"
#include "parse/url/ip_address.h"
#include "parse/url/url.h"

namespace bartizan::parse {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

struct Decoded {
  std::string text;
  bool hid_ascii = false;  // an escape stood for a letter that needs none
};

Decoded percent_decode(std::string_view text) {
  Decoded out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 &&
                        hex_value(text[i + 2]) >= 0;
    if (!escape) {
      out.text += text[i];
      continue;
    }
    const int value = hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]);
    out.hid_ascii |= value < 0x80;
    out.text += static_cast<char>(value);
    i += 2;
  }
  return out;
}

// The standard's forbidden domain code points.
bool is_forbidden(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte <= 0x20 || byte == 0x7f ||
         std::string_view("#/:<>?@[\\]^|%").find(c) != std::string_view::npos;
}

}  // namespace

Result<Host> parse_host(std::string_view text) {
  Host host;
  if (text.starts_with('[')) {
    if (!text.ends_with(']')) return Error{ErrorCode::kInvalid, "the host's bracket is not closed"};
    BARTIZAN_ASSIGN(const Ipv6 address, parse_ipv6(text.substr(1, text.size() - 2)));
    host.kind = HostKind::kIpv6;
    host.text = "[" + format_ipv6(address) + "]";
    return host;
  }
  if (text.size() > kMaxHostBytes) return Error{ErrorCode::kLimit, "the host is too long"};
  const auto [decoded, hid_ascii] = percent_decode(text);
  host.percent_encoded = hid_ascii;
  BARTIZAN_ASSIGN(host.text, domain_to_ascii(encode_utf8(decode_utf8_lossy(decoded))));
  if (host.text.empty()) return Error{ErrorCode::kInvalid, "the host is empty"};
  if (std::any_of(host.text.begin(), host.text.end(), is_forbidden))
    return Error{ErrorCode::kInvalid, "the host has a character no host may have"};
  // Letters that changed without becoming punycode: full-width forms, ligatures, soft hyphens.
  host.mapped = std::any_of(decoded.begin(), decoded.end(),
                            [](char c) { return static_cast<unsigned char>(c) >= 0x80; }) &&
                host.text.find("xn--") == std::string::npos;
  if (ends_in_number(host.text)) {
    BARTIZAN_ASSIGN(const std::uint32_t address, parse_ipv4(host.text));
    const std::string canonical = format_ipv4(address);
    host.kind = HostKind::kIpv4;
    host.obscure_ipv4 = canonical != host.text;
    host.text = canonical;
    return host;
  }
  // "a.." resolves to nothing and stays as it is.
  if (host.text.size() > 1 && host.text.ends_with('.') && !host.text.ends_with("..")) {
    host.trailing_dot = true;
    host.text.pop_back();
  }
  return host;
}

}  // namespace bartizan::parse
