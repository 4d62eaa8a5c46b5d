#include "base/image_hash.h"

#include <gtest/gtest.h>

#include <functional>
#include <vector>

namespace bartizan {
namespace {

struct Color {
  int red, green, blue;
  int alpha = 255;
};
// Of a place from 0 to 1 in both directions.
using Drawing = std::function<Color(double x, double y)>;

struct Picture {
  std::size_t side;
  std::vector<std::uint8_t> rgba;
};

Picture draw(const Drawing& drawing, std::size_t side) {
  Picture out{side, {}};
  for (std::size_t y = 0; y < side; ++y) {
    for (std::size_t x = 0; x < side; ++x) {
      const Color color = drawing((static_cast<double>(x) + 0.5) / static_cast<double>(side),
                                  (static_cast<double>(y) + 0.5) / static_cast<double>(side));
      for (const int value : {color.red, color.green, color.blue, color.alpha})
        out.rgba.push_back(static_cast<std::uint8_t>(value));
    }
  }
  return out;
}

ImageHash hash(const Drawing& drawing, std::size_t side = 96) {
  const Picture picture = draw(drawing, side);
  const auto out = hash_image({picture.side, picture.side, picture.rgba});
  EXPECT_TRUE(out.has_value());
  return out.value_or(ImageHash{});
}

bool inside(double x, double y, double centre_x, double centre_y, double radius) {
  return (x - centre_x) * (x - centre_x) + (y - centre_y) * (y - centre_y) < radius * radius;
}

// A green disc with a white mark on it, on nothing.
Color bubble(double x, double y) {
  if (inside(x, y, 0.4, 0.45, 0.15) || (y > 0.6 && y < 0.7 && x > 0.3 && x < 0.7))
    return {255, 255, 255};
  if (inside(x, y, 0.5, 0.5, 0.5)) return {40, 180, 90};
  return {0, 0, 0, 0};
}

// The same disc with another mark.
Color letter(double x, double y) {
  if (x > 0.3 && x < 0.7 && y > 0.25 && y < 0.8 && (x < 0.42 || y > 0.68)) return {255, 255, 255};
  return inside(x, y, 0.5, 0.5, 0.5) ? Color{40, 180, 90} : Color{0, 0, 0, 0};
}

TEST(ImageHash, SizeDoesNotCount) {
  for (const std::size_t side : {48u, 72u, 144u, 192u, 512u})
    EXPECT_TRUE(look_alike(hash(bubble), hash(bubble, side))) << side;
}

TEST(ImageHash, MarginsNobodySeesDoNotCount) {
  const Drawing padded = [](double x, double y) {
    const double inner_x = (x - 0.1) / 0.8;
    const double inner_y = (y - 0.15) / 0.8;
    const bool there = inner_x >= 0 && inner_x <= 1 && inner_y >= 0 && inner_y <= 1;
    return there ? bubble(inner_x, inner_y) : Color{200, 0, 0, 0};
  };
  EXPECT_TRUE(look_alike(hash(bubble), hash(padded, 120)));
}

TEST(ImageHash, PalerAndOfAnotherToneIsAlike) {
  const Drawing paler = [](double x, double y) {
    Color color = bubble(x, y);
    for (int* channel : {&color.red, &color.green, &color.blue}) *channel += (255 - *channel) / 10;
    return color;
  };
  const Drawing tone = [](double x, double y) {
    const Color color = bubble(x, y);
    return Color{std::min(color.red + 12, 255), std::max(color.green - 12, 0), color.blue,
                 color.alpha};
  };
  EXPECT_TRUE(look_alike(hash(bubble), hash(paler)));
  EXPECT_TRUE(look_alike(hash(bubble), hash(tone)));
}

TEST(ImageHash, AnotherMarkOrColourIsAnotherPicture) {
  EXPECT_FALSE(look_alike(hash(bubble), hash(letter)));
  const Drawing red = [](double x, double y) {
    const Color color = bubble(x, y);
    return Color{color.green, color.red, color.blue, color.alpha};
  };
  EXPECT_FALSE(look_alike(hash(bubble), hash(red)));
  const Drawing turned = [](double x, double y) { return bubble(y, 1 - x); };
  EXPECT_FALSE(look_alike(hash(bubble), hash(turned)));
}

TEST(ImageHash, WhatShowsNothingHasNone) {
  const auto of = [](const Drawing& drawing, std::size_t side) {
    const Picture picture = draw(drawing, side);
    return hash_image({picture.side, picture.side, picture.rgba}).has_value();
  };
  EXPECT_FALSE(of([](double, double) { return Color{0, 0, 0, 0}; }, 32));
  EXPECT_FALSE(of([](double, double) { return Color{10, 20, 30}; }, 32));
  EXPECT_FALSE(of([](double x, double) { return Color{x < 0.5 ? 250 : 255, 255, 255}; }, 32));
  EXPECT_FALSE(of(bubble, 1));
  EXPECT_FALSE(hash_image({}).has_value());
  EXPECT_FALSE(hash_image({.width = 2, .height = 2, .rgba = as_bytes("too few")}).has_value());
}

TEST(ImageHash, LongAndHighPicturesKeepTheirProportions) {
  std::vector<std::uint8_t> wide(64 * 8 * 4, 0);
  for (std::size_t i = 0; i < wide.size(); i += 4) {
    wide[i + 3] = 255;
    wide[i] = static_cast<std::uint8_t>(i / 4 % 64 * 4);
  }
  const auto across = hash_image({64, 8, wide});
  ASSERT_TRUE(across.has_value());
  for (std::size_t i = 0; i < 8 * 3; ++i) EXPECT_EQ(across->colors[i], 15);  // the white above it
}

TEST(ImageHash, TextGivesTheSameHashAndNothingElseDoes) {
  const ImageHash first = hash(bubble);
  const std::string text = to_string(first);
  EXPECT_EQ(text.size(), 210u);
  EXPECT_EQ(parse_image_hash(text), first);
  EXPECT_FALSE(parse_image_hash("").has_value());
  EXPECT_FALSE(parse_image_hash(text + "0").has_value());
  EXPECT_FALSE(parse_image_hash("I2" + text.substr(2)).has_value());
  EXPECT_FALSE(parse_image_hash(text.substr(0, 209) + "g").has_value());
}

}  // namespace
}  // namespace bartizan
