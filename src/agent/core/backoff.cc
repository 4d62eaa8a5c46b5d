#include "agent/core/backoff.h"

#include <algorithm>
#include <cstring>

namespace bartizan::agent {

Duration Backoff::next() {
  std::uint8_t bytes[8];
  random_.fill(bytes);
  std::uint64_t draw = 0;
  std::memcpy(&draw, bytes, sizeof draw);
  const Duration wait(draw % static_cast<std::uint64_t>(ceiling_.count() + 1));
  ceiling_ = std::min(ceiling_ * 2, most_);
  return wait;
}

}  // namespace bartizan::agent
