// The numbers of an address that the model of links asks for, besides the pieces of its text.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "detect/link/address.h"
#include "detect/link/link_grams.h"
#include "intel/content.h"
#include "intel/link_model.h"

namespace bartizan::detect {

// In the order of intel::kLinkFactNames.
using LinkFacts = std::array<std::int32_t, intel::kLinkFacts>;

// Lengths are bytes, shares per hundred, entropies hundredths of a bit. `likeness`: the confidence
// of find_likeness, 0 for none.
LinkFacts find_link_facts(const LinkAddress& address, const LinkText& text, int likeness,
                          const intel::Content& content);

}  // namespace bartizan::detect
