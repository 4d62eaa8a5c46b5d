// Header names, types and hosts compare without regard to case, in ASCII.
#pragma once

#include <string>
#include <string_view>

namespace bartizan::mail {

inline std::string lower_ascii(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

}  // namespace bartizan::mail
