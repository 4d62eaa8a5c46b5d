// A digest of a picture that changes little where the picture changes little. The shape is a
// perceptual hash of the discrete cosine transform (C. Zauner, "Implementation and Benchmarking of
// Perceptual Image Hash Functions", 2010, section 3.2.1): 64 bits, whether each of the lowest
// frequencies of the luminance is above their median. Beside it stands the picture itself at eight
// by eight, to be compared by correlation (A. Torralba et al., "80 Million Tiny Images", 2008):
// outlines are few. Integers alone, the same on every machine.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/byte_reader.h"

namespace bartizan {

struct ImageHash {
  std::uint64_t shape = 0;
  std::array<std::uint8_t, 192> colors{};  // red, green and blue of 64 fields from the top, 0-15

  bool operator==(const ImageHash&) const = default;
};

// "I1" and 208 lower-case hex digits.
std::string to_string(const ImageHash& hash);
std::optional<ImageHash> parse_image_hash(std::string_view text);

// Four bytes a pixel (red, green, blue, alpha not multiplied in), rows from the top.
struct RgbaPicture {
  std::size_t width = 0;
  std::size_t height = 0;
  Bytes rgba;
};

// Of the part that can be seen, on white and made square; its size does not count. Nothing: there
// is too little to see (a pixel, or one shade all over) to tell it from others, or more than a
// million pixels.
std::optional<ImageHash> hash_image(const RgbaPicture& picture);

// Bits of the shape that differ, 0-64. Different pictures: 32 on average.
int shape_distance(const ImageHash& a, const ImageHash& b);
// The one is nearly the other: made smaller, a little paler or of another tone. Most different
// pictures are told apart by the shape alone, in nanoseconds. Figures: docs/known-apps.md.
bool look_alike(const ImageHash& a, const ImageHash& b);

}  // namespace bartizan
