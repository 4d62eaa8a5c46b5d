#include "parse/url/host.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "parse/domain/idna.h"
#include "parse/domain/utf8.h"
#include "parse/url/ip_address.h"
#include "parse/url/percent.h"

namespace bartizan::parse {
namespace {

const Error kForbidden{ErrorCode::kInvalid, "the host has a character no host may have"};

enum ByteClass : std::uint8_t {
  kUpper = 1,
  kForbiddenByte = 2,  // the standard's forbidden domain code points, but "%"
  kEscape = 4,
  kBeyondAscii = 8,
};

constexpr std::array<std::uint8_t, 256> kByteClasses = [] {
  std::array<std::uint8_t, 256> classes{};
  for (std::size_t c = 0; c < classes.size(); ++c) {
    if (c <= 0x20 || c == 0x7f) classes[c] = kForbiddenByte;
    if (c >= 0x80) classes[c] = kBeyondAscii;
    if (c >= 'A' && c <= 'Z') classes[c] = kUpper;
  }
  for (const char c : std::string_view("#/:<>?@[\\]^|")) classes[c] = kForbiddenByte;
  classes['%'] = kEscape;
  return classes;
}();

std::uint8_t classes_in(std::string_view text) {
  std::uint8_t classes = 0;
  for (const char c : text) classes |= kByteClasses[static_cast<unsigned char>(c)];
  return classes;
}

bool has_non_ascii(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

Result<Host> parse_bracketed(std::string_view text) {
  if (text.size() < 2 || !text.ends_with(']'))
    return Error{ErrorCode::kInvalid, "the host's bracket is not closed"};
  BARTIZAN_ASSIGN(const Ipv6 address, parse_ipv6(text.substr(1, text.size() - 2)));
  return Host{.kind = HostKind::kIpv6, .text = "[" + format_ipv6(address) + "]"};
}

Status read_domain(std::string_view text, Host& host) {
  const std::uint8_t classes = classes_in(text);
  if ((classes & (kEscape | kBeyondAscii)) == 0) {
    if ((classes & kForbiddenByte) != 0) return kForbidden;
    // ASCII is taken as it is but for its case, bad punycode included.
    host.text = text;
    if ((classes & kUpper) == 0) return {};
    for (char& c : host.text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return {};
  }
  const PercentDecoded decoded = percent_decode(text);
  host.percent_encoded = decoded.hid_ascii;
  BARTIZAN_ASSIGN(host.text, domain_to_ascii(encode_utf8(decode_utf8_lossy(decoded.text))));
  if ((classes_in(host.text) & (kForbiddenByte | kEscape)) != 0) return kForbidden;
  // Letters that changed without becoming punycode: full-width forms, ligatures, soft hyphens.
  host.mapped = has_non_ascii(decoded.text) && host.text.find("xn--") == std::string::npos;
  return {};
}

}  // namespace

Result<Host> parse_host(std::string_view text) {
  if (text.starts_with('[')) return parse_bracketed(text);
  if (text.size() > kMaxHostBytes) return Error{ErrorCode::kLimit, "the host is too long"};
  Host host;
  BARTIZAN_TRY(read_domain(text, host));
  if (host.text.empty()) return Error{ErrorCode::kInvalid, "the host is empty"};
  if (!ends_in_number(host.text)) return host;
  BARTIZAN_ASSIGN(const std::uint32_t address, parse_ipv4(host.text));
  std::string canonical = format_ipv4(address);
  host.kind = HostKind::kIpv4;
  host.obscure_ipv4 = canonical != host.text && canonical + "." != host.text;
  host.text = std::move(canonical);
  return host;
}

Result<Host> parse_opaque_host(std::string_view text) {
  if (text.starts_with('[')) return parse_bracketed(text);
  const auto forbidden = [](char c) {
    return c == '\0' || std::string_view("\t\n\r #/:<>?@[\\]^|").find(c) != std::string_view::npos;
  };
  if (std::any_of(text.begin(), text.end(), forbidden)) return kForbidden;
  Host host{.kind = HostKind::kOpaque, .text = {}};
  append_percent_encoded(host.text, text, PercentSet::kControl);
  return host;
}

}  // namespace bartizan::parse
