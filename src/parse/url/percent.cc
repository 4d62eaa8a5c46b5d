#include "parse/url/percent.h"

#include <array>

#include "parse/domain/utf8.h"

namespace bartizan::parse {
namespace {

constexpr std::uint8_t bit(PercentSet set) { return static_cast<std::uint8_t>(set); }

// For each byte, the sets that hold it.
constexpr std::array<std::uint8_t, 256> kSets = [] {
  std::array<std::uint8_t, 256> sets{};
  const auto add = [&](std::string_view characters, std::uint8_t in) {
    for (const char c : characters) sets[static_cast<unsigned char>(c)] |= in;
  };
  constexpr std::uint8_t kUserInfo = bit(PercentSet::kUserInfo);
  constexpr std::uint8_t kPath = bit(PercentSet::kPath) | kUserInfo;
  constexpr std::uint8_t kSpecialQuery = bit(PercentSet::kSpecialQuery);
  constexpr std::uint8_t kQuery = bit(PercentSet::kQuery) | kSpecialQuery | kPath;
  constexpr std::uint8_t kFragment = bit(PercentSet::kFragment);
  for (std::size_t c = 0; c < sets.size(); ++c) {
    if (c < 0x20 || c > 0x7e) sets[c] = 0xff;
  }
  add(" \"<>", kFragment | kQuery);
  add("`", kFragment | kPath);
  add("#", kQuery);
  add("'", kSpecialQuery);
  add("?^{}", kPath);
  add("/:;=@[\\]|", kUserInfo);
  return sets;
}();

void append_escape(std::string& out, unsigned char byte) {
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  out += '%';
  out += kDigits[byte >> 4];
  out += kDigits[byte & 15];
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

void append_percent_encoded(std::string& out, std::string_view text, PercentSet set) {
  std::size_t plain = 0;  // where the run of characters begins that stay as they are
  std::size_t at = 0;
  while (at < text.size()) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if ((kSets[byte] & bit(set)) == 0) {
      ++at;
      continue;
    }
    out.append(text, plain, at - plain);
    if (byte < 0x80) {
      append_escape(out, byte);
      ++at;
    } else {
      const Utf8Step step = decode_utf8_step(text, at);
      const std::string_view bytes = step.valid ? text.substr(at, step.size) : "\xef\xbf\xbd";
      for (const char c : bytes) append_escape(out, static_cast<unsigned char>(c));
      at += step.size;
    }
    plain = at;
  }
  out.append(text, plain, text.size() - plain);
}

PercentDecoded percent_decode(std::string_view text) {
  PercentDecoded out;
  out.text.reserve(text.size());
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

}  // namespace bartizan::parse
