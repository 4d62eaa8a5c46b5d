// Addresses written so that nobody opens them by accident, as reports of threats quote them:
// "hxxps://evil[.]example[:]8443/x".
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bartizan::parse {

// The address that is meant, or nothing when `text` is not defanged. Recognised are "hxxp",
// "hXXps", "h**p", "fxp" and the like for the scheme; "[:]", "[://]" and "[/]" after it; "[.]",
// "(.)",
// "{.}", "[dot]", "(dot)" and "{dot}"; "[@]", "[at]" and "(at)". Beyond the host only an address
// that is defanged before is changed, and only its dots.
std::optional<std::string> refang(std::string_view text);

}  // namespace bartizan::parse
