// HTML read for what it shows and where it leads: no DOM, no style sheets, no scripts.
//
// Anomalies: html.depth, and those of tokenizer.h
#pragma once

#include <cstddef>
#include <string_view>

#include "parse/html/types.h"

namespace bartizan::parse {

inline constexpr std::size_t kMaxHtmlDepth = 512;  // open elements that are kept track of
inline constexpr std::size_t kMaxHtmlLinks = 2000;
inline constexpr std::size_t kMaxHtmlForms = 50;
inline constexpr std::size_t kMaxFormFields = 32;
inline constexpr std::size_t kMaxHtmlImages = 1000;
inline constexpr std::size_t kMaxHtmlText = 1 << 20;  // bytes of shown text, and of hidden text
inline constexpr std::size_t kMaxLinkText = 1024;

// `html` is UTF-8 or nearly so: bytes that are not stay as they are. Never fails.
HtmlPage read_html(std::string_view html);

}  // namespace bartizan::parse
