#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "base/file.h"
#include "parse/png/parser.h"
#include "parse/png/png_builder.h"
#include "parse/zip/parser.h"

#ifdef BARTIZAN_TEST_LIBPNG  // an independent reader
#include <png.h>
#endif

namespace bartizan::parse {
namespace {

// Changes from pixel to pixel in every channel, and is never a multiple of a filter's guess.
unsigned pattern(std::size_t x, std::size_t y, std::size_t sample, unsigned depth) {
  const std::size_t value = x * 2711 + y * 4099 + x * y * 37 + sample * 9973 + 11;
  return static_cast<unsigned>(value % (std::size_t{1} << depth));
}

PngBuilder builder(unsigned color, unsigned depth, std::size_t width = 13,
                   std::size_t height = 11) {
  PngBuilder out{.width = width, .height = height, .depth = depth, .color = color};
  out.sample = [depth](std::size_t x, std::size_t y, std::size_t sample) {
    return pattern(x, y, sample, depth);
  };
  if (color == 3) {
    for (unsigned i = 0; i < (1u << depth); ++i)
      out.palette += {static_cast<char>(i * 3), static_cast<char>(255 - i), static_cast<char>(i)};
  }
  return out;
}

// What the builder's samples stand for, by the words of the specification.
std::string expected(const PngBuilder& png) {
  std::string out;
  const unsigned most = (1u << png.depth) - 1;
  const auto eight = [&](unsigned value) {
    return static_cast<char>(png.depth == 16 ? value >> 8 : value * 255 / most);
  };
  for (std::size_t y = 0; y < png.height; ++y) {
    for (std::size_t x = 0; x < png.width; ++x) {
      const auto of = [&](std::size_t i) { return png.sample(x, y, i); };
      if (png.color == 0) out += {eight(of(0)), eight(of(0)), eight(of(0)), '\xff'};
      if (png.color == 2) out += {eight(of(0)), eight(of(1)), eight(of(2)), '\xff'};
      if (png.color == 3) out += png.palette.substr(of(0) * 3, 3) + '\xff';
      if (png.color == 4) out += {eight(of(0)), eight(of(0)), eight(of(0)), eight(of(1))};
      if (png.color == 6) out += {eight(of(0)), eight(of(1)), eight(of(2)), eight(of(3))};
    }
  }
  return out;
}

std::string pixels(const Result<PngImage>& image) {
  return image.ok() ? std::string(as_text(image->rgba)) : image.error().message;
}

struct Form {
  unsigned color;
  std::vector<unsigned> depths;
};
const std::vector<Form> kForms = {
    {0, {1, 2, 4, 8, 16}}, {2, {8, 16}}, {3, {1, 2, 4, 8}}, {4, {8, 16}}, {6, {8, 16}}};

TEST(Png, EveryFormGivesItsPixels) {
  for (const Form& form : kForms) {
    for (const unsigned depth : form.depths) {
      for (const bool interlaced : {false, true}) {
        PngBuilder png = builder(form.color, depth);
        png.interlaced = interlaced;
        const std::string file = png.build();
        const Result<PngImage> image = parse_png(as_bytes(file));
        EXPECT_TRUE(pixels(image) == expected(png))
            << "colour " << form.color << " depth " << depth << " interlaced " << interlaced;
        EXPECT_TRUE(image.ok() && image->anomalies.empty() && !image->truncated);
      }
    }
  }
}

TEST(Png, InterlacedPicturesSmallerThanAPass) {
  for (std::size_t width = 1; width < 9; ++width) {
    for (std::size_t height = 1; height < 9; ++height) {
      PngBuilder png = builder(2, 8, width, height);
      png.interlaced = true;
      const std::string file = png.build();
      EXPECT_EQ(pixels(parse_png(as_bytes(file))), expected(png)) << width << " x " << height;
    }
  }
}

TEST(Png, TransparencyOfPaletteGreyAndColour) {
  PngBuilder palette = builder(3, 2, 4, 1);
  palette.transparency = std::string("\x00\x80", 2);
  palette.sample = [](std::size_t x, std::size_t, std::size_t) { return static_cast<unsigned>(x); };
  const auto alphas = [](const PngBuilder& png) {
    const std::string file = png.build();
    const std::string all = pixels(parse_png(as_bytes(file)));
    std::vector<int> out;
    for (std::size_t i = 3; i < all.size(); i += 4)
      out.push_back(static_cast<std::uint8_t>(all[i]));
    return out;
  };
  EXPECT_THAT(alphas(palette), testing::ElementsAre(0, 128, 255, 255));
  PngBuilder grey = palette;
  grey.color = 0;
  grey.palette.clear();
  grey.transparency = std::string("\0\2", 2);
  EXPECT_THAT(alphas(grey), testing::ElementsAre(255, 255, 0, 255));
  PngBuilder color = builder(2, 16, 3, 1);
  color.sample = [](std::size_t x, std::size_t, std::size_t i) {
    return static_cast<unsigned>(0x1230 + x + i);
  };
  color.transparency = std::string("\x12\x31\x12\x32\x12\x33", 6);
  EXPECT_THAT(alphas(color), testing::ElementsAre(255, 0, 255));
  color.transparency = std::string("\x12\x31\x12\x32\x12\x34", 6);  // differs in the last bits
  EXPECT_THAT(alphas(color), testing::ElementsAre(255, 255, 255));
}

TEST(Png, ThePicturesOfIosApps) {
  PngBuilder png{.width = 2, .height = 1, .apple = true};
  const std::string bgra("\x10\x20\x30\xff\x10\x20\x30\x80", 8);
  png.sample = [&](std::size_t x, std::size_t, std::size_t i) {
    return static_cast<unsigned>(static_cast<std::uint8_t>(bgra[x * 4 + i]));
  };
  const std::string file = png.build();
  EXPECT_EQ(pixels(parse_png(as_bytes(file))), std::string("\x30\x20\x10\xff\x5f\x3f\x1f\x80", 8));
}

std::vector<std::string> ids(const std::string& file) {
  const Result<PngImage> image = parse_png(as_bytes(file));
  return image.ok() ? anomaly_ids(image->anomalies) : std::vector{image.error().message};
}

TEST(Png, WhatIsMissingIsTransparentAndSaid) {
  const PngBuilder png = builder(6, 8);
  const std::string rows = png.rows();
  const std::string file = png.build(rows.substr(0, rows.size() - 60));
  EXPECT_THAT(ids(file), testing::ElementsAre("png.missing_data"));
  const Result<PngImage> image = parse_png(as_bytes(file));
  ASSERT_TRUE(image.ok());
  EXPECT_TRUE(image->truncated);
  const std::size_t whole = 13 * 9 * 4;  // two rows are not there
  EXPECT_EQ(pixels(image).substr(0, whole), expected(png).substr(0, whole));
  EXPECT_EQ(pixels(image).substr(whole), std::string(2 * 13 * 4, '\0'));
}

TEST(Png, OddFilesAreReadAndSaid) {
  const PngBuilder png = builder(2, 8);
  const std::string file = png.build();
  EXPECT_THAT(ids(png.build(png.rows() + "more")), testing::ElementsAre("png.excess_data"));
  EXPECT_THAT(ids(file.substr(0, file.size() - 12)), testing::ElementsAre("png.no_end"));
  EXPECT_THAT(ids(file.substr(0, file.size() - 2)),
              testing::ElementsAre("png.bad_chunk", "png.no_end"));
  std::string wrong_sum = file;
  wrong_sum.back() = static_cast<char>(wrong_sum.back() ^ 1);
  EXPECT_THAT(ids(wrong_sum), testing::ElementsAre("png.bad_crc"));
  std::string rows = png.rows();
  rows[0] = 5;
  EXPECT_THAT(ids(png.build(rows)), testing::ElementsAre("png.bad_filter"));
  PngBuilder palette = builder(3, 8);
  palette.palette.resize(30);
  EXPECT_THAT(ids(palette.build()), testing::ElementsAre("png.bad_index"));
}

TEST(Png, WhatIsNoPictureIsRefused) {
  const auto code = [](const std::string& file) {
    const Result<PngImage> image = parse_png(as_bytes(file));
    return image.ok() ? "read" : std::string(to_string(image.error().code));
  };
  const PngBuilder png = builder(2, 8);
  EXPECT_EQ(code(""), to_string(ErrorCode::kInvalid));
  EXPECT_EQ(code("GIF89a"), to_string(ErrorCode::kInvalid));
  EXPECT_EQ(code(png.build().substr(0, 8)), to_string(ErrorCode::kInvalid));
  std::string no_zlib = png.build();
  no_zlib[no_zlib.find("IDAT") + 4] = 0;
  EXPECT_EQ(code(no_zlib), to_string(ErrorCode::kInvalid));
  PngBuilder wrong_depth = builder(2, 8);
  wrong_depth.depth = 4;
  EXPECT_EQ(code(wrong_depth.build("")), to_string(ErrorCode::kInvalid));
  PngBuilder no_palette = builder(3, 8);
  no_palette.palette.clear();
  EXPECT_EQ(code(no_palette.build()), to_string(ErrorCode::kInvalid));
  EXPECT_EQ(code(builder(2, 8, 0, 4).build("")), to_string(ErrorCode::kInvalid));
  for (const std::size_t width : {std::size_t{1025}, std::size_t{0xffffffff}})
    EXPECT_EQ(code(builder(2, 8, width, 1024).build("")), to_string(ErrorCode::kLimit));
}

#ifdef BARTIZAN_TEST_LIBPNG
std::string pixels_of_libpng(const std::string& file) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_memory(&image, file.data(), file.size()) == 0) return "unread";
  image.format = PNG_FORMAT_RGBA;
  std::string out(PNG_IMAGE_SIZE(image), '\0');
  return png_image_finish_read(&image, nullptr, out.data(), 0, nullptr) == 0 ? image.message : out;
}

// 16-bit samples are left out: libpng takes them for linear light.
TEST(Png, LibpngSeesTheSamePixels) {
  for (const Form& form : kForms) {
    for (const unsigned depth : form.depths) {
      if (depth == 16) continue;
      for (const bool interlaced : {false, true}) {
        PngBuilder png = builder(form.color, depth, 21, 17);
        png.interlaced = interlaced;
        if (form.color == 3) png.transparency = "\x10\x80";
        if (form.color == 0) png.transparency = std::string("\0\1", 2);
        if (form.color == 2) png.transparency = std::string("\0\x0b\0\x00\0\xed", 6);
        const std::string file = png.build();
        EXPECT_TRUE(pixels(parse_png(as_bytes(file))) == pixels_of_libpng(file))
            << "colour " << form.color << " depth " << depth << " interlaced " << interlaced;
      }
    }
  }
}

// Pictures of real apps, made by many tools.
TEST(PngCorpus, LibpngSeesTheSamePixelsInRealApps) {
  const char* corpus = std::getenv("BARTIZAN_CORPUS");
  if (corpus == nullptr) GTEST_SKIP() << "corpus not present";
  int compared = 0;
  for (const auto& app :
       std::filesystem::directory_iterator(std::filesystem::path(corpus) / "apk/real")) {
    const Result<MappedFile> mapped = MappedFile::open(app.path());
    const Result<ZipArchive> archive = parse_zip(mapped->bytes());
    for (const ZipEntry& entry : archive->entries) {
      if (!entry.name.ends_with(".png") || compared == 1500) continue;
      const ZipContent content = read_zip_entry(*archive, entry, kMaxPngBytes);
      const Result<PngImage> image = parse_png(content.bytes);
      if (!image.ok() && image.error().code == ErrorCode::kLimit) continue;
      EXPECT_TRUE(image.ok() && image->anomalies.empty()) << app.path() << " " << entry.name;
      const std::string file(as_text(content.bytes));
      if (file.find("gAMA") != std::string::npos || file.find("cHRM") != std::string::npos ||
          file.find("iCCP") != std::string::npos)
        continue;  // libpng corrects their colours
      EXPECT_TRUE(pixels(image) == pixels_of_libpng(file)) << app.path() << " " << entry.name;
      ++compared;
    }
  }
  EXPECT_GT(compared, 100);
}
#endif

}  // namespace
}  // namespace bartizan::parse
