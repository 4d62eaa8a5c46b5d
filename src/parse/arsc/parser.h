// resources.arsc, as far as finding the text of a string resource needs it (AOSP frameworks/base
// ResourceTypes.h: ResTable_header, ResTable_package, ResTable_type, ResTable_entry).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/byte_reader.h"
#include "parse/anomaly.h"

namespace bartizan::parse {

inline constexpr std::size_t kMaxArscBytes = 64 << 20;

// The text of resource 0xPPTTEEEE in the default configuration, else in the first that has it;
// references are followed. Nothing: it is not there, or is no text. Time is linear in the table
// for each reference followed, eight at most.
std::optional<std::string> find_string_resource(Bytes table, std::uint32_t resource_id);

}  // namespace bartizan::parse
