// Property lists: Apple's XML dialect (PropertyList-1.0.dtd) and its binary form, "bplist00"
// (Core Foundation, CFBinaryPList.c), read as Core Foundation reads them.
//
// Anomalies: plist.duplicate_key plist.cycle plist.internal_subset plist.unknown_entity
// plist.odd_comment plist.utf16 plist.trailing_data plist.bad_value plist.limit plist.unclosed
#pragma once

#include <cstddef>

#include "base/byte_reader.h"
#include "base/result.h"
#include "parse/plist/types.h"

namespace bartizan::parse {

inline constexpr std::size_t kMaxPlistBytes = 8 << 20;
inline constexpr std::size_t kMaxPlistDepth = 64;
// Values in the tree: a binary list may name one object many times, and each time is a value.
inline constexpr std::size_t kMaxPlistValues = 100'000;
// Bytes of text and data in the tree together, for the same reason.
inline constexpr std::size_t kMaxPlistContentBytes = 32 << 20;

// kInvalid: neither form, or broken beyond what Core Foundation accepts. kLimit: larger than
// kMaxPlistBytes. Deeper or more values than the bounds: truncated, with plist.limit.
Result<Plist> parse_plist(Bytes bytes);

}  // namespace bartizan::parse
