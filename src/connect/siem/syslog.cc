#include "connect/siem/syslog.h"

#include <algorithm>

namespace bartizan::connect {
namespace {

// RFC 5424 section 6: PRINTUSASCII is %d33-126; "-" stands for nothing.
std::string header_field(std::string_view text, std::size_t max_length) {
  std::string out;
  for (const char c : text) {
    if (out.size() == max_length) break;
    if (c >= 33 && c <= 126) out += c;
  }
  return out.empty() ? "-" : out;
}

// SD-NAME: as above, up to 32 characters, without = ] and ".
std::string element_name(std::string_view text) {
  std::string allowed(text);
  std::erase_if(allowed, [](char c) { return c == '=' || c == ']' || c == '"'; });
  return header_field(allowed, 32);
}

// RFC 5424 section 6.3.3: " \ and ] are escaped. Line breaks are legal there and trip receivers.
std::string parameter_value(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\' || c == ']') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
  }
  return out;
}

std::string structured_data(const std::vector<SyslogElement>& elements) {
  if (elements.empty()) return "-";
  std::string out;
  for (const SyslogElement& element : elements) {
    out += "[" + element_name(element.id);
    for (const auto& [name, value] : element.parameters)
      out += " " + element_name(name) + "=\"" + parameter_value(value) + "\"";
    out += "]";
  }
  return out;
}

}  // namespace

SyslogSeverity syslog_severity(Severity severity) {
  switch (severity) {
    case Severity::kInformational:
      return SyslogSeverity::kInformational;
    case Severity::kLow:
      return SyslogSeverity::kNotice;
    case Severity::kMedium:
      return SyslogSeverity::kWarning;
    case Severity::kHigh:
      return SyslogSeverity::kError;
    case Severity::kCritical:
      return SyslogSeverity::kCritical;
  }
  return SyslogSeverity::kNotice;
}

std::string format_syslog(const SyslogMessage& message) {
  const int priority = std::clamp(message.facility, 0, 23) * 8 + static_cast<int>(message.severity);
  std::string text = message.text;
  std::replace_if(
      text.begin(), text.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return "<" + std::to_string(priority) + ">1 " + to_rfc3339(message.time) + " " +
         header_field(message.host_name, 255) + " " + header_field(message.app_name, 48) + " - " +
         header_field(message.message_id, 32) + " " + structured_data(message.elements) + " " +
         text;
}

std::string frame_syslog(std::string_view message) {
  return std::to_string(message.size()) + " " + std::string(message);
}

}  // namespace bartizan::connect
