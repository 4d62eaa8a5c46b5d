// Internationalised host names as browsers read them: UTS 46, non-transitional, with the flags of
// the URL Standard (CheckBidi and CheckJoiners; neither CheckHyphens, VerifyDnsLength nor
// UseSTD3ASCIIRules).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace bartizan::parse {

inline constexpr std::size_t kMaxHostBytes = 4096;

// The name in lower-case ASCII. Malformed UTF-8, a disallowed character, bad punycode, a joiner
// that joins nothing and a mix of directions are errors. The result may be empty.
Result<std::string> domain_to_ascii(std::string_view utf8);
// The reverse for people and for look-alike checks; a label that is no valid punycode stays as it
// is.
std::u32string domain_to_unicode(std::string_view ascii);
// Any text as names of hosts are compared: lower case, compatibility forms as what they stand for,
// what is not shown left out. What a host name may not have stays as it is.
std::u32string fold_as_in_domains(std::u32string_view text);

}  // namespace bartizan::parse
