// The operator's YARA rules (docs/yara.md), compiled by libyara.
#pragma once

#include <memory>
#include <vector>

#include "base/result.h"
#include "intel/yara_rules.h"

namespace bartizan::yara {

// Of one match.
inline constexpr std::size_t kMaxTags = 16;
inline constexpr std::size_t kMaxMeta = 32;
inline constexpr std::size_t kMaxStrings = 8;
inline constexpr std::size_t kMaxOffsets = 3;  // of one string
inline constexpr std::size_t kMaxTextBytes = 250;

// Each file's rules are a namespace of their own. Null when the files hold no rule.
//
// kInvalid, beginning with FILE:LINE: what libyara does not take, an include, and a module other
// than dex, elf, macho, hash and math: those read the bytes that are scanned and nothing else.
Result<std::shared_ptr<const intel::YaraRules>> compile(const std::vector<intel::NamedText>& files);

}  // namespace bartizan::yara
