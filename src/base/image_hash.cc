#include "base/image_hash.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <vector>

namespace bartizan {
namespace {

constexpr std::string_view kPrefix = "I1";
constexpr std::size_t kShapeDigits = 16;
constexpr std::size_t kSide = 32;             // pixels that the picture is made small to
constexpr std::size_t kFrequencies = 8;       // of each direction, without the constant
constexpr std::size_t kFields = 8;            // of colour, a side
constexpr std::size_t kMostPixels = 1 << 20;  // of which a small one covers 33,000 at most
constexpr unsigned kSeenFrom = 32;            // alpha; fainter are shadows around the picture
constexpr int kMarginShare = 8;               // of the mean size of a frequency
constexpr int kLeastContrast = 16 * 256;      // of luminances, 256 a step

// Chosen by the figures of docs/known-apps.md.
constexpr int kNearShape = 12;  // bits
constexpr int kNearColor = 10;  // percent of the way from black to white, on average

// 4096 * cos(i * pi / 64), rounded.
constexpr std::array<int, 33> kCosines{4096, 4091, 4076, 4052, 4017, 3973, 3920, 3857, 3784,
                                       3703, 3612, 3513, 3406, 3290, 3166, 3035, 2896, 2751,
                                       2598, 2440, 2276, 2106, 1931, 1751, 1567, 1380, 1189,
                                       995,  799,  601,  401,  201,  0};

int cosine(std::size_t step) {  // of step * pi / 64
  step %= 128;
  if (step > 64) step = 128 - step;
  return step <= 32 ? kCosines[step] : -kCosines[64 - step];
}

struct Box {
  std::size_t left;
  std::size_t top;
  std::size_t right;  // behind the last
  std::size_t bottom;
};

// What of the picture is there; nothing: none of it.
std::optional<Box> seen_part(const RgbaPicture& picture) {
  Box box{picture.width, picture.height, 0, 0};
  for (std::size_t y = 0; y < picture.height; ++y) {
    const std::uint8_t* row = picture.rgba.data() + y * picture.width * 4;
    std::size_t first = 0;
    while (first < picture.width && row[first * 4 + 3] < kSeenFrom) ++first;
    if (first == picture.width) continue;
    std::size_t last = picture.width;
    while (row[last * 4 - 1] < kSeenFrom) --last;
    box.left = std::min(box.left, first);
    box.right = std::max(box.right, last);
    box.top = std::min(box.top, y);
    box.bottom = y + 1;
  }
  if (box.bottom == 0) return std::nullopt;
  return box;
}

struct Color {
  int red = 0;
  int green = 0;
  int blue = 0;
};

using SmallPicture = std::array<Color, kSide * kSide>;

// The mean of the pixels that a small one covers, on white.
Color mean_color(const RgbaPicture& picture, const Box& box) {
  std::uint32_t red = 0;  // enough for 66,000 pixels
  std::uint32_t green = 0;
  std::uint32_t blue = 0;
  std::uint32_t alphas = 0;
  for (std::size_t y = box.top; y < box.bottom; ++y) {
    const std::uint8_t* pixel = picture.rgba.data() + (y * picture.width + box.left) * 4;
    for (std::size_t x = box.left; x < box.right; ++x, pixel += 4) {
      const unsigned alpha = pixel[3];
      red += pixel[0] * alpha;
      green += pixel[1] * alpha;
      blue += pixel[2] * alpha;
      alphas += alpha;
    }
  }
  const auto most =
      static_cast<std::uint32_t>((box.right - box.left) * (box.bottom - box.top) * 255);
  const auto on_white = [&](std::uint32_t sum) {
    return static_cast<int>((sum + (most - alphas) * 255) / most);
  };
  return {on_white(red), on_white(green), on_white(blue)};
}

// The part within a white square around it, made small.
SmallPicture shrink(const RgbaPicture& picture, const Box& part) {
  const std::size_t width = part.right - part.left;
  const std::size_t height = part.bottom - part.top;
  const std::size_t side = std::max(width, height);
  const std::size_t left = (side - width) / 2;
  const std::size_t top = (side - height) / 2;
  // Of `size` pixels behind a margin, those that small pixel `index` covers; none: margin.
  const auto covered = [side](std::size_t index, std::size_t margin, std::size_t size,
                              std::size_t start) {
    const std::size_t from = index * side / kSide;
    const std::size_t to = std::max((index + 1) * side / kSide, from + 1);
    const std::size_t first = std::clamp(from, margin, margin + size);
    const std::size_t last = std::clamp(to, margin, margin + size);
    return std::pair(start + first - margin, start + last - margin);
  };
  SmallPicture out;
  for (std::size_t y = 0; y < kSide; ++y) {
    const auto [first_row, last_row] = covered(y, top, height, part.top);
    for (std::size_t x = 0; x < kSide; ++x) {
      const auto [first, last] = covered(x, left, width, part.left);
      const bool margin = first == last || first_row == last_row;
      out[y * kSide + x] =
          margin ? Color{255, 255, 255} : mean_color(picture, {first, first_row, last, last_row});
    }
  }
  return out;
}

std::uint64_t shape_of(const std::array<int, kSide * kSide>& luminances) {
  std::array<std::int64_t, kSide * kFrequencies> rows{};
  for (std::size_t y = 0; y < kSide; ++y) {
    for (std::size_t u = 0; u < kFrequencies; ++u) {
      std::int64_t sum = 0;
      for (std::size_t x = 0; x < kSide; ++x)
        sum += std::int64_t{luminances[y * kSide + x]} * cosine((2 * x + 1) * (u + 1));
      rows[y * kFrequencies + u] = sum;
    }
  }
  std::array<std::int64_t, kFrequencies * kFrequencies> all{};
  for (std::size_t v = 0; v < kFrequencies; ++v) {
    for (std::size_t u = 0; u < kFrequencies; ++u) {
      for (std::size_t y = 0; y < kSide; ++y)
        all[v * kFrequencies + u] += rows[y * kFrequencies + u] * cosine((2 * y + 1) * (v + 1));
    }
  }
  // What symmetry makes zero must not be decided by noise: it is above by a margin, or not.
  std::int64_t sizes = 0;
  for (const std::int64_t value : all) sizes += std::abs(value);
  const std::int64_t margin = sizes / static_cast<std::int64_t>(all.size()) / kMarginShare;
  auto sorted = all;
  std::nth_element(sorted.begin(), sorted.begin() + sorted.size() / 2, sorted.end());
  const std::int64_t limit = sorted[sorted.size() / 2] + margin;
  std::uint64_t out = 0;
  for (const std::int64_t value : all) out = out << 1 | (value > limit ? 1 : 0);
  return out;
}

std::array<std::uint8_t, 192> colors_of(const SmallPicture& picture) {
  constexpr std::size_t kFieldSide = kSide / kFields;
  constexpr int kPixels = kFieldSide * kFieldSide;
  std::array<std::uint8_t, 192> out{};
  for (std::size_t field = 0; field < kFields * kFields; ++field) {
    Color sum;
    for (std::size_t i = 0; i < kPixels; ++i) {
      const std::size_t y = field / kFields * kFieldSide + i / kFieldSide;
      const std::size_t x = field % kFields * kFieldSide + i % kFieldSide;
      const Color& color = picture[y * kSide + x];
      sum.red += color.red;
      sum.green += color.green;
      sum.blue += color.blue;
    }
    const std::array<int, 3> sums{sum.red, sum.green, sum.blue};
    for (std::size_t i = 0; i < sums.size(); ++i)
      out[field * 3 + i] =
          static_cast<std::uint8_t>((sums[i] * 15 + kPixels * 127) / (kPixels * 255));
  }
  return out;
}

int color_distance(const ImageHash& a, const ImageHash& b) {
  int sum = 0;
  for (std::size_t i = 0; i < a.colors.size(); ++i) sum += std::abs(a.colors[i] - b.colors[i]);
  return sum * 100 / (15 * static_cast<int>(a.colors.size()));
}

// A coefficient of 0.95 or more, over the fields' colours less the mean of each channel.
bool correlate(const ImageHash& a, const ImageHash& b) {
  constexpr int kCount = kFields * kFields;
  std::int64_t products = 0;
  std::uint64_t squares_a = 0;  // 2e8 at most, as is the size of `products`
  std::uint64_t squares_b = 0;
  for (std::size_t channel = 0; channel < 3; ++channel) {
    int sum_a = 0;
    int sum_b = 0;
    for (std::size_t i = channel; i < a.colors.size(); i += 3) {
      sum_a += a.colors[i];
      sum_b += b.colors[i];
    }
    for (std::size_t i = channel; i < a.colors.size(); i += 3) {
      const std::int64_t from_a = kCount * a.colors[i] - sum_a;
      const std::int64_t from_b = kCount * b.colors[i] - sum_b;
      products += from_a * from_b;
      squares_a += static_cast<std::uint64_t>(from_a * from_a);
      squares_b += static_cast<std::uint64_t>(from_b * from_b);
    }
  }
  if (products <= 0) return false;
  const auto size = static_cast<std::uint64_t>(products);
  return size * size * 400 >= squares_a * squares_b * 361;  // 0.95 squared
}

std::optional<std::uint64_t> digit_of(char c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const std::size_t value = kDigits.find(c);
  if (value == std::string_view::npos) return std::nullopt;
  return value;
}

}  // namespace

std::string to_string(const ImageHash& hash) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out(kPrefix);
  for (std::size_t i = kShapeDigits; i-- > 0;) out += kDigits[hash.shape >> (4 * i) & 0xf];
  for (const std::uint8_t color : hash.colors) out += kDigits[color & 0xf];
  return out;
}

std::optional<ImageHash> parse_image_hash(std::string_view text) {
  ImageHash out;
  if (!text.starts_with(kPrefix)) return std::nullopt;
  text.remove_prefix(kPrefix.size());
  if (text.size() != kShapeDigits + out.colors.size()) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto digit = digit_of(text[i]);
    if (!digit) return std::nullopt;
    if (i < kShapeDigits) out.shape = out.shape << 4 | *digit;
    if (i >= kShapeDigits) out.colors[i - kShapeDigits] = static_cast<std::uint8_t>(*digit);
  }
  return out;
}

std::optional<ImageHash> hash_image(const RgbaPicture& picture) {
  if (picture.width == 0 || picture.height == 0 || picture.width > kMostPixels ||
      picture.height > kMostPixels / picture.width ||
      picture.rgba.size() < picture.width * picture.height * 4)
    return std::nullopt;
  const std::optional<Box> part = seen_part(picture);
  if (!part) return std::nullopt;
  const SmallPicture small = shrink(picture, *part);
  std::array<int, kSide * kSide> luminances{};
  std::transform(small.begin(), small.end(), luminances.begin(), [](const Color& color) {
    return 77 * color.red + 150 * color.green + 29 * color.blue;  // BT.601, 256 a step
  });
  const auto [least, most] = std::minmax_element(luminances.begin(), luminances.end());
  if (*most - *least < kLeastContrast) return std::nullopt;
  return ImageHash{.shape = shape_of(luminances), .colors = colors_of(small)};
}

int shape_distance(const ImageHash& a, const ImageHash& b) {
  return std::popcount(a.shape ^ b.shape);
}

bool look_alike(const ImageHash& a, const ImageHash& b) {
  return shape_distance(a, b) <= kNearShape && color_distance(a, b) <= kNearColor &&
         correlate(a, b);
}

}  // namespace bartizan
