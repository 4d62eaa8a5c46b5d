// A PNG picture as plain pixels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "parse/anomaly.h"

namespace bartizan::parse {

struct PngImage {
  std::size_t width = 0;
  std::size_t height = 0;
  std::vector<std::uint8_t> rgba;  // four bytes a pixel, alpha not multiplied in; rows from the top
  std::vector<Anomaly> anomalies;
  bool truncated = false;  // pixels are missing; they are transparent
};

}  // namespace bartizan::parse
