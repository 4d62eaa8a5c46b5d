// Unicode normalisation form C (UAX 15) from the tables of idna_tables.h.
#pragma once

#include <string>
#include <string_view>

namespace bartizan::parse {

std::u32string normalize_nfc(std::u32string_view text);
int combining_class(char32_t code_point);
bool is_mark(char32_t code_point);  // general category M

}  // namespace bartizan::parse
