// What one label of a host name may hold, by its characters' neighbours and their direction.
#pragma once

#include <string_view>

namespace bartizan::parse {

// Zero-width joiners stand only where they change how a script is written (RFC 5892, appendices A.1
// and A.2).
bool joiners_are_in_place(std::u32string_view label);

// Holds letters written from right to left: the whole name must then satisfy the next.
bool has_right_to_left(std::u32string_view label);
// The Bidi rule (RFC 5893, section 2), without which labels are shown in another order than typed.
bool satisfies_bidi_rule(std::u32string_view label);

}  // namespace bartizan::parse
