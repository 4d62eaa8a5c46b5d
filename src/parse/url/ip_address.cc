#include "parse/url/ip_address.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

namespace bartizan::parse {
namespace {

constexpr std::uint64_t kTooLarge = 1ULL << 32;

bool all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// One part of an IPv4 address; values beyond 32 bits come back as kTooLarge.
std::optional<std::uint64_t> parse_part(std::string_view text) {
  if (text.empty()) return std::nullopt;
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    base = 16;
    text.remove_prefix(2);
  } else if (text.size() > 1 && text.front() == '0') {
    base = 8;
    text.remove_prefix(1);
  }
  if (text.empty()) return 0;
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, base);
  if (error == std::errc::invalid_argument || stop != end) return std::nullopt;
  return error == std::errc() ? std::min(value, kTooLarge) : kTooLarge;
}

std::vector<std::string_view> split_at_dots(std::string_view text) {
  std::vector<std::string_view> parts;
  while (parts.size() < 6) {
    const std::size_t dot = text.find('.');
    parts.push_back(text.substr(0, dot));
    if (dot == std::string_view::npos) break;
    text.remove_prefix(dot + 1);
  }
  return parts;
}

const Error kBadIpv4{ErrorCode::kInvalid, "the host ends in a number but is no IPv4 address"};
const Error kBadIpv6{ErrorCode::kInvalid, "the host in brackets is no IPv6 address"};

// The four decimal numbers at the end of an IPv6 address, into two pieces.
Status parse_embedded_ipv4(std::string_view text, std::uint16_t* pieces) {
  const std::vector<std::string_view> parts = split_at_dots(text);
  if (parts.size() != 4) return kBadIpv6;
  std::uint32_t address = 0;
  for (const std::string_view part : parts) {
    const bool plain = all_digits(part) && part.size() <= 3 && (part.size() == 1 || part[0] != '0');
    unsigned value = 0;
    if (plain) std::from_chars(part.data(), part.data() + part.size(), value);
    if (!plain || value > 255) return kBadIpv6;
    address = address << 8 | value;
  }
  pieces[0] = static_cast<std::uint16_t>(address >> 16);
  pieces[1] = static_cast<std::uint16_t>(address);
  return {};
}

struct ZeroRun {
  std::size_t start = 8;
  std::size_t length = 1;  // only longer ones are shortened
};

ZeroRun longest_zeros(const Ipv6& address) {
  ZeroRun best;
  for (std::size_t i = 0; i < address.size();) {
    std::size_t end = i;
    while (end < address.size() && address[end] == 0) ++end;
    if (end - i > best.length) best = {i, end - i};
    i = end + 1;
  }
  return best;
}

}  // namespace

bool ends_in_number(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  const std::string_view last = host.substr(host.rfind('.') + 1);
  if (all_digits(last)) return true;
  return (last.starts_with("0x") || last.starts_with("0X")) &&
         last.find_first_not_of("0123456789abcdefABCDEF", 2) == std::string_view::npos;
}

Result<std::uint32_t> parse_ipv4(std::string_view text) {
  if (text.ends_with('.')) text.remove_suffix(1);
  const std::vector<std::string_view> parts = split_at_dots(text);
  if (parts.size() > 4) return kBadIpv4;
  std::uint64_t address = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::optional<std::uint64_t> value = parse_part(parts[i]);
    const bool last = i + 1 == parts.size();
    const std::uint64_t limit = last ? 1ULL << (8 * (5 - parts.size())) : 256;
    if (!value || *value >= limit) return kBadIpv4;
    address += last ? *value : *value << (8 * (3 - i));
  }
  return static_cast<std::uint32_t>(address);
}

std::string format_ipv4(std::uint32_t address) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) {
    out += std::to_string(address >> shift & 0xff);
    if (shift > 0) out += '.';
  }
  return out;
}

Result<Ipv6> parse_ipv6(std::string_view text) {
  Ipv6 pieces{};
  std::size_t count = 0;
  std::optional<std::size_t> gap;  // where "::" stands
  if (text.starts_with(':')) {
    if (!text.starts_with("::")) return kBadIpv6;
    text.remove_prefix(2);
    gap = 0;
  }
  while (!text.empty()) {
    if (count == pieces.size()) return kBadIpv6;
    if (text.front() == ':') {
      if (gap) return kBadIpv6;
      gap = count;
      text.remove_prefix(1);
      continue;
    }
    const std::size_t colon = text.find(':');
    const std::string_view piece = text.substr(0, colon);
    if (piece.find('.') != std::string_view::npos) {
      if (colon != std::string_view::npos || count > 6) return kBadIpv6;
      BARTIZAN_TRY(parse_embedded_ipv4(piece, &pieces[count]));
      count += 2;
      break;
    }
    const char* const end = piece.data() + piece.size();
    const auto parsed = std::from_chars(piece.data(), end, pieces[count], 16);
    if (piece.size() > 4 || parsed.ec != std::errc() || parsed.ptr != end) return kBadIpv6;
    ++count;
    if (colon == std::string_view::npos) break;
    text.remove_prefix(colon + 1);
    if (text.empty()) return kBadIpv6;  // a single colon at the end
  }
  if (gap) {
    std::rotate(pieces.begin() + static_cast<std::ptrdiff_t>(*gap),
                pieces.begin() + static_cast<std::ptrdiff_t>(count), pieces.end());
    return count < pieces.size() ? Result<Ipv6>(pieces) : Result<Ipv6>(kBadIpv6);
  }
  return count == pieces.size() ? Result<Ipv6>(pieces) : Result<Ipv6>(kBadIpv6);
}

std::string format_ipv6(const Ipv6& address) {
  const ZeroRun zeros = longest_zeros(address);
  std::string out;
  for (std::size_t i = 0; i < address.size(); ++i) {
    if (i == zeros.start) {
      out += i == 0 ? "::" : ":";
      i += zeros.length - 1;
      continue;
    }
    char buffer[5];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, address[i], 16).ptr;
    out.append(buffer, end);
    if (i + 1 < address.size()) out += ':';
  }
  return out;
}

}  // namespace bartizan::parse
