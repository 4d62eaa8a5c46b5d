// PNG files for tests, made from a function that gives each sample; honest unless a field is set
// otherwise.
#pragma once

#include <libdeflate.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan::parse {

struct PngBuilder {
  std::size_t width = 4;
  std::size_t height = 4;
  unsigned depth = 8;
  unsigned color = 6;  // 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA
  bool interlaced = false;
  bool apple = false;
  std::string palette = {};
  std::string transparency = {};
  std::vector<unsigned> filters = {0, 1, 2, 3, 4};  // of the rows in turn
  std::function<unsigned(std::size_t x, std::size_t y, std::size_t sample)> sample =
      [](std::size_t, std::size_t, std::size_t) { return 0u; };

  std::size_t samples() const { return std::array<std::size_t, 7>{1, 0, 3, 1, 2, 0, 4}[color]; }

  // Filtered rows, before compression.
  std::string rows() const {
    struct Pass {
      std::size_t x0, y0, dx, dy;
    };
    static constexpr std::array<Pass, 7> kAdam7{{{0, 0, 8, 8},
                                                 {4, 0, 8, 8},
                                                 {0, 4, 4, 8},
                                                 {2, 0, 4, 4},
                                                 {0, 2, 2, 4},
                                                 {1, 0, 2, 2},
                                                 {0, 1, 1, 2}}};
    std::string out;
    const auto add = [&](const Pass& pass) {
      std::string prior;
      std::size_t line = 0;
      for (std::size_t y = pass.y0; y < height; y += pass.dy) {
        const std::string row = packed_row(y, pass.x0, pass.dx);
        if (row.empty()) return;
        prior.resize(row.size(), '\0');
        out += filtered(filters[line++ % filters.size()], row, prior);
        prior = row;
      }
    };
    if (!interlaced) add({0, 0, 1, 1});
    if (interlaced) {
      for (const Pass& pass : kAdam7) add(pass);
    }
    return out;
  }

  std::string build() const { return build(rows()); }

  // With image data of the caller's.
  std::string build(std::string_view raw) const {
    std::string out("\x89PNG\r\n\x1a\n", 8);
    if (apple) out += chunk("CgBI", std::string("\x50\0\x20\x02", 4));
    std::string header = u32(width) + u32(height);
    header +=
        {static_cast<char>(depth), static_cast<char>(color), 0, 0, static_cast<char>(interlaced)};
    out += chunk("IHDR", header);
    if (!palette.empty()) out += chunk("PLTE", palette);
    if (!transparency.empty()) out += chunk("tRNS", transparency);
    const std::string data = compressed(raw);
    const std::size_t half = data.size() / 2;  // a reader has to join them
    return out + chunk("IDAT", data.substr(0, half)) + chunk("IDAT", data.substr(half)) +
           chunk("IEND", "");
  }

  static std::string chunk(const std::string& type, const std::string& data) {
    const std::string covered = type + data;
    return u32(data.size()) + covered + u32(libdeflate_crc32(0, covered.data(), covered.size()));
  }

  static std::string u32(std::size_t value) {
    std::string out;
    for (const int shift : {24, 16, 8, 0}) out += static_cast<char>(value >> shift & 0xff);
    return out;
  }

 private:
  std::string packed_row(std::size_t y, std::size_t x0, std::size_t dx) const {
    std::string out;
    unsigned bits = 0;
    unsigned count = 0;
    for (std::size_t x = x0; x < width; x += dx) {
      for (std::size_t i = 0; i < samples(); ++i) {
        bits = bits << depth | sample(x, y, i);
        for (count += depth; count >= 8; count -= 8) out += static_cast<char>(bits >> (count - 8));
      }
    }
    if (count > 0) out += static_cast<char>(bits << (8 - count));
    return out;
  }

  std::string filtered(unsigned filter, const std::string& row, const std::string& prior) const {
    const std::size_t distance = std::max<std::size_t>(samples() * depth / 8, 1);
    const auto byte = [](const std::string& from, std::size_t at) {
      return static_cast<int>(static_cast<std::uint8_t>(from[at]));
    };
    std::string out(1, static_cast<char>(filter));
    for (std::size_t i = 0; i < row.size(); ++i) {
      const int left = i >= distance ? byte(row, i - distance) : 0;
      const int corner = i >= distance ? byte(prior, i - distance) : 0;
      const int above = byte(prior, i);
      int guess = 0;
      if (filter == 1) guess = left;
      if (filter == 2) guess = above;
      if (filter == 3) guess = (left + above) / 2;
      if (filter == 4) {
        const int estimate = left + above - corner;
        guess = corner;
        if (std::abs(estimate - above) <= std::abs(estimate - guess)) guess = above;
        if (std::abs(estimate - left) <= std::abs(estimate - guess)) guess = left;
      }
      out += static_cast<char>(byte(row, i) - guess);
    }
    return out;
  }

  std::string compressed(std::string_view raw) const {
    libdeflate_compressor* state = libdeflate_alloc_compressor(6);
    std::string out(libdeflate_zlib_compress_bound(state, raw.size()), '\0');
    const auto run = apple ? libdeflate_deflate_compress : libdeflate_zlib_compress;
    out.resize(run(state, raw.data(), raw.size(), out.data(), out.size()));
    libdeflate_free_compressor(state);
    return out;
  }
};

}  // namespace bartizan::parse
