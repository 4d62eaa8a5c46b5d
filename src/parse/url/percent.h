// Percent-encoding as the URL Standard has it: which characters each part of an address escapes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bartizan::parse {

// The standard's sets. Each but the first holds the one before it; the special query's stands
// beside the path's.
enum class PercentSet : std::uint8_t {
  kControl = 1,       // control characters and everything beyond ASCII
  kFragment = 2,      //
  kQuery = 4,         //
  kSpecialQuery = 8,  // of http, https, ws, wss, ftp and file
  kPath = 16,         //
  kUserInfo = 32,     //
};

// Appends `text` with what `set` holds escaped. Malformed UTF-8 becomes an escaped U+FFFD.
void append_percent_encoded(std::string& out, std::string_view text, PercentSet set);

struct PercentDecoded {
  std::string text;        // bytes, which need not be UTF-8
  bool hid_ascii = false;  // an escape stood for a letter, digit or sign that needs none
};
PercentDecoded percent_decode(std::string_view text);

}  // namespace bartizan::parse
