#include "parse/domain/utf8.h"

#include <cstdint>

namespace bartizan::parse {

Utf8Step decode_utf8_step(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = byte(at);
  if (first < 0x80) return {first, 1, true};
  if (first < 0xc2 || first > 0xf4) return {kReplacementCharacter, 1, false};
  const std::size_t extra = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
  std::uint8_t low = 0x80;
  std::uint8_t high = 0xbf;
  if (first == 0xe0) low = 0xa0;
  if (first == 0xed) high = 0x9f;
  if (first == 0xf0) low = 0x90;
  if (first == 0xf4) high = 0x8f;
  char32_t code_point = first & (0x3f >> extra);
  for (std::size_t i = 1; i <= extra; ++i) {
    if (at + i >= text.size() || byte(at + i) < low || byte(at + i) > high)
      return {kReplacementCharacter, i, false};
    code_point = code_point << 6 | (byte(at + i) & 0x3f);
    low = 0x80;
    high = 0xbf;
  }
  return {code_point, extra + 1, true};
}

Result<std::u32string> decode_utf8(std::string_view text) {
  std::u32string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Step one = decode_utf8_step(text, at);
    if (!one.valid) return Error{ErrorCode::kInvalid, "not UTF-8 at byte " + std::to_string(at)};
    out.push_back(one.code_point);
    at += one.size;
  }
  return out;
}

std::u32string decode_utf8_lossy(std::string_view text) {
  std::u32string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Step one = decode_utf8_step(text, at);
    out.push_back(one.code_point);
    at += one.size;
  }
  return out;
}

void append_utf8(std::string& out, char32_t code_point) {
  const auto add = [&](char32_t value) { out.push_back(static_cast<char>(value)); };
  if (code_point < 0x80) {
    add(code_point);
  } else if (code_point < 0x800) {
    add(0xc0 | code_point >> 6);
    add(0x80 | (code_point & 0x3f));
  } else if (code_point < 0x10000) {
    add(0xe0 | code_point >> 12);
    add(0x80 | (code_point >> 6 & 0x3f));
    add(0x80 | (code_point & 0x3f));
  } else {
    add(0xf0 | code_point >> 18);
    add(0x80 | (code_point >> 12 & 0x3f));
    add(0x80 | (code_point >> 6 & 0x3f));
    add(0x80 | (code_point & 0x3f));
  }
}

std::string encode_utf8(std::u32string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char32_t code_point : text) append_utf8(out, code_point);
  return out;
}

}  // namespace bartizan::parse
