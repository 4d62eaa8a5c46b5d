// Points in time, and the clock that is passed in wherever one is needed.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace bartizan {

using Duration = std::chrono::milliseconds;
// UTC, in milliseconds since 1970-01-01T00:00:00Z; the unit in the store and on the wire's numbers.
using Timestamp = std::chrono::sys_time<Duration>;

constexpr std::int64_t to_millis(Timestamp time) { return time.time_since_epoch().count(); }
constexpr Timestamp from_millis(std::int64_t millis) { return Timestamp(Duration(millis)); }

// RFC 3339 with milliseconds and Z, e.g. 2026-03-01T09:30:00.000Z.
std::string to_rfc3339(Timestamp time);
// Any RFC 3339 date-time, offsets included; precision beyond milliseconds is dropped.
Result<Timestamp> parse_rfc3339(std::string_view text);
// A full date, 2026-03-01 (a patch level, for instance), as midnight UTC.
Result<Timestamp> parse_date(std::string_view text);
// "90s", "30m", "4h", "7d".
Result<Duration> parse_duration(std::string_view text);

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Timestamp now() const override;
};

// A clock that tests set.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Timestamp start) : now_(start) {}
  Timestamp now() const override { return now_; }
  void set(Timestamp now) { now_ = now; }
  void advance(Duration by) { now_ += by; }

 private:
  Timestamp now_;
};

}  // namespace bartizan
