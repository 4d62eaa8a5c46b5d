// How long to wait before trying again.
#pragma once

#include "base/crypto.h"
#include "base/time.h"

namespace bartizan::agent {

// Exponential with full jitter: a random time up to the current ceiling, which doubles from `first`
// to `most`. After an outage the fleet then does not come back as one wave.
class Backoff {
 public:
  Backoff(Duration first, Duration most, Random& random)
      : first_(first), most_(most), ceiling_(first), random_(random) {}

  Duration next();
  void reset() { ceiling_ = first_; }

 private:
  Duration first_;
  Duration most_;
  Duration ceiling_;
  Random& random_;
};

}  // namespace bartizan::agent
