// Structured log lines on standard error. Never a secret, a token, a URL of a person or a message's
// text.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace bartizan::log {

enum class Level { kDebug, kInfo, kWarn, kError };

struct Field {
  std::string_view key;
  std::string value;
};

void set_level(Level level);

// log::info("device enrolled", {{"device", id}}) prints: time level device enrolled device=0192...
// Values are escaped so that a line stays one line.
void write(Level level, std::string_view message, std::initializer_list<Field> fields);
inline void debug(std::string_view message, std::initializer_list<Field> fields = {}) {
  write(Level::kDebug, message, fields);
}
inline void info(std::string_view message, std::initializer_list<Field> fields = {}) {
  write(Level::kInfo, message, fields);
}
inline void warn(std::string_view message, std::initializer_list<Field> fields = {}) {
  write(Level::kWarn, message, fields);
}
inline void error(std::string_view message, std::initializer_list<Field> fields = {}) {
  write(Level::kError, message, fields);
}

}  // namespace bartizan::log
