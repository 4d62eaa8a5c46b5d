// Addresses that stand in plain text, as mail programs make them clickable.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan::detect {

// "https://...", "http://..." and "www....", without the punctuation that ends a sentence; at most
// `limit` of them.
std::vector<std::string> find_text_links(std::string_view text, std::size_t limit);

}  // namespace bartizan::detect
