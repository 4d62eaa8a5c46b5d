#include "base/time.h"

#include <algorithm>
#include <charconv>

namespace bartizan {
namespace {

using std::chrono::day;
using std::chrono::month;
using std::chrono::year;

// Reads exactly `width` decimal digits at `at`.
bool digits(std::string_view text, std::size_t at, std::size_t width, int& out) {
  if (at + width > text.size()) return false;
  out = 0;
  for (std::size_t i = at; i < at + width; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    out = out * 10 + (text[i] - '0');
  }
  return true;
}

Error invalid(std::string_view what, std::string_view text) {
  return {ErrorCode::kInvalid,
          "not " + std::string(what) + ": '" + std::string(text.substr(0, 40)) + "'"};
}

bool read_date(std::string_view text, Timestamp& out) {
  int y = 0, m = 0, d = 0;
  if (text.size() < 10 || text[4] != '-' || text[7] != '-') return false;
  if (!digits(text, 0, 4, y) || !digits(text, 5, 2, m) || !digits(text, 8, 2, d)) return false;
  const std::chrono::year_month_day date{year(y), month(static_cast<unsigned>(m)),
                                         day(static_cast<unsigned>(d))};
  if (!date.ok()) return false;
  out = std::chrono::sys_days(date);
  return true;
}

// "Z", "+hh:mm" or "-hh:mm" and nothing after it.
bool read_offset(std::string_view text, std::chrono::minutes& out) {
  if (text == "Z" || text == "z") return true;
  int hours = 0, minutes = 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return false;
  if (!digits(text, 1, 2, hours) || !digits(text, 4, 2, minutes) || hours > 23 || minutes > 59)
    return false;
  out = std::chrono::minutes((hours * 60 + minutes) * (text[0] == '-' ? -1 : 1));
  return true;
}

}  // namespace

std::string to_rfc3339(Timestamp time) {
  const auto days = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(days);
  const std::chrono::hh_mm_ss clock(time - days);
  // Every observation has two of these: digits by hand are several times faster than printf.
  std::string out = "0000-00-00T00:00:00.000Z";
  const auto put = [&out](std::size_t at, int digits, long long value) {
    for (int i = digits - 1; i >= 0; --i, value /= 10)
      out[at + static_cast<std::size_t>(i)] = static_cast<char>('0' + value % 10);
  };
  put(0, 4, std::clamp(static_cast<int>(date.year()), 0, 9999));  // all that RFC 3339 can write
  put(5, 2, static_cast<unsigned>(date.month()));
  put(8, 2, static_cast<unsigned>(date.day()));
  put(11, 2, clock.hours().count());
  put(14, 2, clock.minutes().count());
  put(17, 2, clock.seconds().count());
  put(20, 3, clock.subseconds().count());
  return out;
}

Result<Timestamp> parse_rfc3339(std::string_view text) {
  const Error error = invalid("an RFC 3339 time", text);
  Timestamp time;
  int hours = 0, minutes = 0, seconds = 0;
  if (!read_date(text, time) || text.size() < 20 || (text[10] != 'T' && text[10] != 't'))
    return error;
  if (!digits(text, 11, 2, hours) || text[13] != ':' || !digits(text, 14, 2, minutes) ||
      text[16] != ':' || !digits(text, 17, 2, seconds)) {
    return error;
  }
  if (hours > 23 || minutes > 59 || seconds > 60) return error;
  std::size_t at = 19;
  int millis = 0;
  if (text[at] == '.') {
    int scale = 100;
    const std::size_t first = ++at;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10)
      millis += (text[at] - '0') * scale;
    if (at == first) return error;
  }
  std::chrono::minutes offset{0};
  if (!read_offset(text.substr(at), offset)) return error;
  return time + std::chrono::hours(hours) + std::chrono::minutes(minutes) +
         std::chrono::seconds(seconds) + Duration(millis) - offset;
}

Result<Timestamp> parse_date(std::string_view text) {
  Timestamp time;
  if (text.size() != 10 || !read_date(text, time)) return invalid("a date", text);
  return time;
}

Result<Duration> parse_duration(std::string_view text) {
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end + 1 != text.data() + text.size() || count < 0 ||
      count > 1'000'000'000) {
    return invalid("a duration like 30m", text);
  }
  switch (*end) {
    case 's':
      return Duration(std::chrono::seconds(count));
    case 'm':
      return Duration(std::chrono::minutes(count));
    case 'h':
      return Duration(std::chrono::hours(count));
    case 'd':
      return Duration(std::chrono::days(count));
    default:
      return invalid("a duration like 30m", text);
  }
}

Timestamp SystemClock::now() const {
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

}  // namespace bartizan
