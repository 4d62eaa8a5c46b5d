// Syslog messages (RFC 5424) and their frames on a TLS stream (RFC 5425, octet counting).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "model/enums.h"

namespace bartizan::connect {

// RFC 5424 section 6.2.1.
enum class SyslogSeverity {
  kCritical = 2,
  kError = 3,
  kWarning = 4,
  kNotice = 5,
  kInformational = 6
};
SyslogSeverity syslog_severity(Severity severity);

struct SyslogElement {
  std::string id;  // SD-ID, registered with IANA or name@enterprise
  std::vector<std::pair<std::string, std::string>> parameters;
};

struct SyslogMessage {
  int facility = 16;  // 0 to 23; 16: local0
  SyslogSeverity severity = SyslogSeverity::kNotice;
  Timestamp time;
  std::string host_name;
  std::string app_name;
  std::string message_id;
  std::vector<SyslogElement> elements;
  std::string text;  // UTF-8
};

// One message. Header fields keep printable US-ASCII alone and their length limits ("-" when
// nothing is left); parameter values are escaped. The text follows without a byte-order mark, so
// that it starts with what collectors look for, and without line breaks.
std::string format_syslog(const SyslogMessage& message);

// "LENGTH SP MESSAGE", the length in octets.
std::string frame_syslog(std::string_view message);

}  // namespace bartizan::connect
