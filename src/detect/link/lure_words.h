// Words that stand beside a brand's name in addresses made to deceive.
#pragma once

#include <string_view>

namespace bartizan::detect {

// Of signing in, trouble and haste: rare in honest names beside a brand. Digits at the end count
// for nothing: "login6".
bool is_strong_lure(std::string_view token);
// Text run together with such a word, of five letters or more: "securepaypal", "paypallogin-usa".
bool ends_with_lure(std::string_view text);
bool begins_with_lure(std::string_view text);
// Of business in general: they count only where the brand's name has no other meaning.
bool is_weak_lure(std::string_view token);

}  // namespace bartizan::detect
