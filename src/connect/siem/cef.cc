#include "connect/siem/cef.h"

#include <algorithm>
#include <array>

namespace bartizan::connect {
namespace {

struct Limit {
  std::string_view key;
  std::size_t characters;
};
// From the dictionary's "length" column, for the keys used here; others have kOtherLimit.
constexpr auto kLimits = std::to_array<Limit>({{"externalId", 40},
                                               {"deviceExternalId", 255},
                                               {"dvchost", 100},
                                               {"suser", 1023},
                                               {"act", 63},
                                               {"outcome", 63},
                                               {"cat", 1023},
                                               {"msg", 1023},
                                               {"reason", 1023}});
constexpr std::size_t kOtherLimit = 4000;  // of the custom strings cs1 to cs6
constexpr std::size_t kHeaderLimit = 512;

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

// The first `characters` characters of UTF-8 text.
std::string_view cut(std::string_view text, std::size_t characters) {
  std::size_t seen = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool starts_character = (static_cast<unsigned char>(text[i]) & 0xc0) != 0x80;
    if (starts_character && ++seen > characters) return text.substr(0, i);
  }
  return text;
}

std::size_t limit_of(std::string_view key) {
  const auto found =
      std::find_if(kLimits.begin(), kLimits.end(), [&](const Limit& l) { return l.key == key; });
  return found == kLimits.end() ? kOtherLimit : found->characters;
}

}  // namespace

std::string escape_cef_header(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '|') out += '\\';
    out += is_control(c) ? ' ' : c;
  }
  return out;
}

std::string escape_cef_value(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\\' || c == '=') {
      out += '\\';
      out += c;
    } else {
      out += is_control(c) ? ' ' : c;
    }
  }
  return out;
}

std::string format_cef(const CefEvent& event) {
  const auto header = [](std::string_view text) {
    return escape_cef_header(cut(text, kHeaderLimit));
  };
  std::string out = "CEF:0|Bartizan|Bartizan|" + header(event.version) + "|" +
                    header(event.event_class) + "|" + header(event.name) + "|" +
                    std::to_string(std::clamp(event.severity, 0, 10)) + "|";
  bool separate = false;
  for (const auto& [key, value] : event.extension) {
    if (value.empty()) continue;
    if (separate) out += ' ';
    separate = true;
    out.append(key).append("=").append(escape_cef_value(cut(value, limit_of(key))));
  }
  return out;
}

int cef_severity(Severity severity) {
  switch (severity) {
    case Severity::kInformational:
      return 1;
    case Severity::kLow:
      return 3;
    case Severity::kMedium:
      return 5;
    case Severity::kHigh:
      return 8;
    case Severity::kCritical:
      return 10;
  }
  return 5;
}

}  // namespace bartizan::connect
