// The chunks of a PNG file that its picture is made of. Private to the folder.
#pragma once

#include <cstdint>
#include <vector>

#include "base/byte_reader.h"
#include "base/result.h"
#include "parse/anomaly.h"

namespace bartizan::parse {

enum class PngColor : std::uint8_t {
  kGrey = 0,
  kRgb = 2,
  kPalette = 3,
  kGreyAlpha = 4,
  kRgba = 6,
};

struct PngHeader {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  unsigned depth = 0;  // bits a sample
  PngColor color = PngColor::kGrey;
  bool interlaced = false;

  std::size_t samples() const;  // a pixel
  std::size_t pixel_bits() const { return samples() * depth; }
};

// Refers to the file's bytes.
struct PngChunks {
  PngHeader header;
  Bytes palette;            // PLTE: three bytes a colour
  Bytes transparency;       // tRNS
  std::vector<Bytes> data;  // IDAT
  bool apple = false;       // CgBI
};

Result<PngChunks> read_png_chunks(Bytes bytes, std::vector<Anomaly>& anomalies);

}  // namespace bartizan::parse
