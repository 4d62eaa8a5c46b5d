// What a phone said is over, kept because an observation from before it may still come: retries
// overtake each other.
#pragma once

#include <cstdint>
#include <string>

#include "model/finding.h"

namespace bartizan {

struct Cleared {
  std::string threat;
  Subject subject;            // empty key: whatever the subject; the label is not kept
  std::int64_t sequence = 0;  // of the observation that said so

  bool operator==(const Cleared&) const = default;
};

}  // namespace bartizan
