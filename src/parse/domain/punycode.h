// Punycode (RFC 3492): a label's Unicode text as ASCII, without the "xn--" in front.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace bartizan::parse {

inline constexpr std::size_t kMaxLabel = 1024;  // code points; DNS allows 63 bytes, browsers more

// kInvalid: a character that is no digit, a value beyond Unicode, or a surrogate. kLimit: too long.
Result<std::u32string> decode_punycode(std::string_view ascii);
Result<std::string> encode_punycode(std::u32string_view label);

}  // namespace bartizan::parse
