#include "parse/png/parser.h"

#include <libdeflate.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <span>
#include <string>

#include "parse/png/chunks.h"
#include "parse/png/filters.h"

namespace bartizan::parse {
namespace {

using Rgba = std::array<std::uint8_t, 4>;

// Pixels (x0 + i * dx, y0 + j * dy), sent as a picture of their own (section 8 of the
// specification).
struct Pass {
  std::size_t x0;
  std::size_t y0;
  std::size_t dx;
  std::size_t dy;

  std::size_t columns(const PngHeader& header) const {
    return header.width > x0 ? (header.width - x0 + dx - 1) / dx : 0;
  }
  std::size_t rows(const PngHeader& header) const {
    return header.height > y0 ? (header.height - y0 + dy - 1) / dy : 0;
  }
};

constexpr std::array<Pass, 1> kWhole{{{0, 0, 1, 1}}};
constexpr std::array<Pass, 7> kAdam7{{{0, 0, 8, 8},
                                      {4, 0, 8, 8},
                                      {0, 4, 4, 8},
                                      {2, 0, 4, 4},
                                      {0, 2, 2, 4},
                                      {1, 0, 2, 2},
                                      {0, 1, 1, 2}}};

std::size_t row_bytes(const PngHeader& header, const Pass& pass) {
  return (pass.columns(header) * header.pixel_bits() + 7) / 8;
}

struct FreeDecompressor {
  void operator()(libdeflate_decompressor* state) const { libdeflate_free_decompressor(state); }
};

// RFC 1950. The sum at its end is not looked at: readers go on when it is wrong.
Result<Bytes> behind_zlib_header(Bytes data) {
  ByteReader reader(data);
  const unsigned header = reader.u16_be().value_or(0);
  constexpr unsigned kDeflate = 8;
  constexpr unsigned kDictionary = 0x20;
  if ((header >> 8 & 0xf) != kDeflate || header % 31 != 0 || (header & kDictionary) != 0)
    return Error{ErrorCode::kInvalid, "PNG whose image data are not deflated"};
  return data.subspan(2);
}

class Decoder {
 public:
  Decoder(const PngChunks& chunks, PngImage& image)
      : chunks_(chunks), header_(chunks.header), image_(image) {}

  Status decode() {
    const std::span<const Pass> passes =
        header_.interlaced ? std::span<const Pass>(kAdam7) : std::span<const Pass>(kWhole);
    std::size_t size = 0;
    for (const Pass& pass : passes) {
      if (pass.columns(header_) > 0) size += pass.rows(header_) * (1 + row_bytes(header_, pass));
    }
    BARTIZAN_TRY(inflate(size));
    BARTIZAN_TRY(prepare_colors());
    image_.width = header_.width;
    image_.height = header_.height;
    image_.rgba.assign(image_.width * image_.height * 4, 0);
    std::span<std::uint8_t> left(raw_);
    for (const Pass& pass : passes) {
      if (pass.columns(header_) > 0 && !decode_pass(pass, left)) break;
    }
    if (bad_index_) note("png.bad_index", "a colour that the palette does not have");
    if (chunks_.apple) undo_apple();
    return {};
  }

 private:
  void note(std::string_view id, std::string_view detail) {
    note_anomaly(image_.anomalies, id, "image data", detail);
  }

  Status inflate(std::size_t size) {
    std::vector<std::uint8_t> joined;
    Bytes data = chunks_.data.empty() ? Bytes() : chunks_.data.front();
    if (chunks_.data.size() > 1) {
      for (const Bytes part : chunks_.data) joined.insert(joined.end(), part.begin(), part.end());
      data = joined;
    }
    if (!chunks_.apple) {
      BARTIZAN_ASSIGN(data, behind_zlib_header(data));
    }
    const std::unique_ptr<libdeflate_decompressor, FreeDecompressor> state(
        libdeflate_alloc_decompressor());
    if (!state) return Error{ErrorCode::kUnavailable, "out of memory"};
    raw_.resize(size);
    std::size_t produced = 0;
    const libdeflate_result result = libdeflate_deflate_decompress(
        state.get(), data.data(), data.size(), raw_.data(), raw_.size(), &produced);
    if (result == LIBDEFLATE_INSUFFICIENT_SPACE) {  // what came first is there
      note("png.excess_data", "more than the picture needs");
    } else if (result != LIBDEFLATE_SUCCESS) {
      return Error{ErrorCode::kInvalid, "PNG whose image data cannot be inflated"};
    } else {
      raw_.resize(produced);
    }
    return {};
  }

  // What a sample of eight bits or fewer stands for, and which pixel tRNS makes transparent.
  Status prepare_colors() {
    const Bytes transparency = chunks_.transparency;
    if (header_.color == PngColor::kPalette) {
      if (chunks_.palette.size() < 3)
        return Error{ErrorCode::kInvalid, "PNG with a palette that is not there"};
      colors_count_ = std::min<std::size_t>(chunks_.palette.size() / 3, colors_.size());
      for (std::size_t i = 0; i < colors_count_; ++i)
        colors_[i] = {chunks_.palette[3 * i], chunks_.palette[3 * i + 1],
                      chunks_.palette[3 * i + 2],
                      i < transparency.size() ? transparency[i] : std::uint8_t{255}};
      return {};
    }
    if (header_.color == PngColor::kGrey && header_.depth <= 8) {
      const unsigned most = (1u << header_.depth) - 1;
      colors_count_ = most + 1;
      for (unsigned i = 0; i <= most; ++i) {
        const auto grey = static_cast<std::uint8_t>(i * 255 / most);
        const bool clear = transparency.size() >= 2 && transparency[1] == i && transparency[0] == 0;
        colors_[i] = {grey, grey, grey, clear ? std::uint8_t{0} : std::uint8_t{255}};
      }
    }
    const bool keyed = header_.color == PngColor::kGrey || header_.color == PngColor::kRgb;
    if (keyed && transparency.size() >= 2 * header_.samples()) {
      for (std::size_t i = 0; i < header_.samples(); ++i) {
        if (header_.depth == 16) clear_pixel_.push_back(transparency[2 * i]);
        clear_pixel_.push_back(transparency[2 * i + 1]);
      }
    }
    return {};
  }

  // Takes the pass's rows from `left`. False: the data ended.
  bool decode_pass(const Pass& pass, std::span<std::uint8_t>& left) {
    const std::size_t bytes = row_bytes(header_, pass);
    const std::size_t columns = pass.columns(header_);
    const std::size_t pixel_bytes = std::max<std::size_t>(header_.pixel_bits() / 8, 1);
    std::vector<std::uint8_t> scattered(pass.dx > 1 ? columns * 4 : 0);
    const std::vector<std::uint8_t> nothing(bytes, 0);
    const std::uint8_t* prior = nothing.data();
    for (std::size_t row = 0; row < pass.rows(header_); ++row) {
      if (left.size() < bytes + 1) return stop("png.missing_data", "fewer rows than it says");
      const std::span<std::uint8_t> line = left.subspan(1, bytes);
      if (!undo_png_filter(left[0], line, prior, pixel_bytes))
        return stop("png.bad_filter", "a row in a form that does not exist");
      prior = line.data();
      left = left.subspan(bytes + 1);
      std::uint8_t* out = image_.rgba.data() + (pass.y0 + row * pass.dy) * image_.width * 4;
      if (pass.dx == 1) {
        expand(line, columns, out);
        continue;
      }
      expand(line, columns, scattered.data());
      for (std::size_t i = 0; i < columns; ++i)
        std::memcpy(out + (pass.x0 + i * pass.dx) * 4, scattered.data() + i * 4, 4);
    }
    return true;
  }

  bool stop(std::string_view id, std::string_view detail) {
    note(id, detail);
    image_.truncated = true;
    return false;
  }

  void expand(Bytes line, std::size_t columns, std::uint8_t* out) {
    if (colors_count_ > 0) return expand_samples(line, columns, out);
    const std::size_t sample = header_.depth / 8;
    const std::size_t pixel = sample * header_.samples();
    if (header_.color == PngColor::kRgba && sample == 1) {
      std::memcpy(out, line.data(), columns * 4);
      return;
    }
    const bool grey = header_.color == PngColor::kGrey || header_.color == PngColor::kGreyAlpha;
    const bool alpha = header_.color == PngColor::kGreyAlpha || header_.color == PngColor::kRgba;
    const std::size_t step = grey ? 0 : sample;
    const std::uint8_t* in = line.data();
    for (std::size_t i = 0; i < columns; ++i, in += pixel, out += 4) {
      out[0] = in[0];
      out[1] = in[step];
      out[2] = in[2 * step];
      out[3] = alpha ? in[pixel - sample] : std::uint8_t{255};
      if (!clear_pixel_.empty() && std::memcmp(in, clear_pixel_.data(), pixel) == 0) out[3] = 0;
    }
  }

  void expand_samples(Bytes line, std::size_t columns, std::uint8_t* out) {
    const unsigned mask = (1u << header_.depth) - 1;
    for (std::size_t i = 0; i < columns; ++i, out += 4) {
      const std::size_t bit = i * header_.depth;
      const unsigned index = line[bit / 8] >> (8 - header_.depth - bit % 8) & mask;
      bad_index_ |= index >= colors_count_;
      std::memcpy(out, colors_[index].data(), 4);
    }
  }

  void undo_apple() {
    const auto undo = [](unsigned value, unsigned alpha) {
      return static_cast<std::uint8_t>(std::min(value * 255 / alpha, 255u));
    };
    for (std::size_t i = 0; i < image_.rgba.size(); i += 4) {
      std::uint8_t* pixel = image_.rgba.data() + i;
      std::swap(pixel[0], pixel[2]);
      if (pixel[3] == 0 || pixel[3] == 255) continue;
      for (int channel = 0; channel < 3; ++channel) pixel[channel] = undo(pixel[channel], pixel[3]);
    }
  }

  const PngChunks& chunks_;
  const PngHeader& header_;
  PngImage& image_;
  std::vector<std::uint8_t> raw_;  // inflated: of each row its filter and its bytes
  std::array<Rgba, 256> colors_{};
  std::size_t colors_count_ = 0;
  std::vector<std::uint8_t> clear_pixel_;  // as its bytes are in a row; empty: none
  bool bad_index_ = false;
};

}  // namespace

Result<PngImage> parse_png(Bytes bytes) {
  PngImage image;
  BARTIZAN_ASSIGN(const PngChunks chunks, read_png_chunks(bytes, image.anomalies));
  BARTIZAN_TRY(Decoder(chunks, image).decode());
  return image;
}

}  // namespace bartizan::parse
