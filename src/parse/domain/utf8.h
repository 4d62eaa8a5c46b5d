// UTF-8 text to code points and back, strictly: overlong forms, surrogates and values beyond
// U+10FFFF are refused (RFC 3629).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace bartizan::parse {

inline constexpr char32_t kReplacementCharacter = 0xfffd;

struct Utf8Step {
  char32_t code_point;
  std::size_t size;  // bytes used; at least 1
  bool valid;
};
// One code point at `at`, which lies within `text`. When malformed, it is U+FFFD and `size` the
// longest prefix that a valid sequence could begin with (Unicode 15, table 3-7), so that the next
// one starts after it.
Utf8Step decode_utf8_step(std::string_view text, std::size_t at);

Result<std::u32string> decode_utf8(std::string_view text);  // the error names the byte offset
// Malformed bytes become U+FFFD, as browsers decode.
std::u32string decode_utf8_lossy(std::string_view text);
void append_utf8(std::string& out, char32_t code_point);
std::string encode_utf8(std::u32string_view text);

}  // namespace bartizan::parse
