// HTML cut into tags and text, as the HTML Standard's tokenizer does where mail and phishing pages
// care (https://html.spec.whatwg.org/multipage/parsing.html#tokenization).
//
// Anomalies: html.nul html.limit html.unclosed_tag html.duplicate_attribute
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "parse/html/types.h"

namespace bartizan::parse {

inline constexpr std::size_t kMaxHtmlBytes = 16 << 20;
inline constexpr std::size_t kMaxHtmlTokens = 200'000;
inline constexpr std::size_t kMaxHtmlAttributes = 64;            // of one tag
inline constexpr std::size_t kMaxHtmlAttributeBytes = 64 << 10;  // of one value

// Never fails; what a bound cut off is said in `truncated`. Time is linear in the input, memory a
// small multiple of it.
HtmlTokens tokenize_html(std::string_view html);

// `text` with character references replaced: all numeric ones, and the names of
// character_references.cc. Others stay as written.
std::string decode_character_references(std::string_view text);

}  // namespace bartizan::parse
