// Pictures (PNG, JPEG) as levels of grey, for what looks for QR codes in them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/byte_reader.h"

namespace bartizan::mail {

inline constexpr std::uint32_t kMaxImageSide = 4096;     // pixels
inline constexpr std::size_t kMaxImagePixels = 6 << 20;  // a bomb is refused by its header

struct GreyImage {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::vector<std::uint8_t> levels;  // row by row, 0 is black; what is transparent is white
};

// Nothing: another format, larger than the bounds, or broken.
std::optional<GreyImage> decode_image(Bytes bytes);

}  // namespace bartizan::mail
