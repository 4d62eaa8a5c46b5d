// What an address has that honest ones seldom do.
#pragma once

#include <string_view>

namespace bartizan::parse {

enum class UrlAnomaly {
  kUserInfo,             // "paypal.com@evil.example": what comes before "@" is not the host
  kBackslash,            // read as a slash
  kRemovedCharacters,    // tabs, line ends or control characters a browser drops
  kPercentEncodedHost,   // "%65vil.example": ASCII that needs no escape
  kMappedHost,           // full-width letters and the like that turn into others
  kObscureIpv4,          // hexadecimal, octal, one number, or fewer than four parts
  kTrailingDot,          // "evil.example.": dropped from `host`
  kMissingScheme,        // supplied by parse_link
  kDefanged,             // "hxxps://evil[.]example": read by parse_link as what it stands for
  kDirectionControl,     // characters that turn the direction of what is shown after them
  kInvisibleCharacters,  // characters that show as nothing, anywhere in the address
  kInvisibleInHost,      // the same before the path, where browsers drop them
};
std::string_view to_string(UrlAnomaly value);

}  // namespace bartizan::parse
