// The text form of models: words between separators, and whole numbers.
#pragma once

#include <charconv>
#include <cstdint>
#include <string_view>
#include <system_error>

namespace bartizan::intel {

// The next word up to `separator`, which is taken from `text` with it.
inline std::string_view take_word(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return word;
}

inline bool read_integer(std::string_view text, std::int64_t least, std::int64_t most,
                         std::int64_t& value) {
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  return parsed.ec == std::errc() && parsed.ptr == text.data() + text.size() && value >= least &&
         value <= most;
}

// The average of two nodes' values by how many came to each, rounded to nearest, halves away from
// zero.
inline std::int64_t average(std::int64_t a, std::int64_t a_count, std::int64_t b,
                            std::int64_t b_count) {
  const std::int64_t count = a_count + b_count;
  const std::int64_t sum = a * a_count + b * b_count;
  return (sum + (sum < 0 ? -count : count) / 2) / count;
}

}  // namespace bartizan::intel
