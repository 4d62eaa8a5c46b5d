// PNG (W3C Portable Network Graphics, third edition) to pixels: every colour type, depth and
// interlacing; and the form that Apple's build tools make of it (CgBI: deflate without the zlib
// header, BGRA with alpha multiplied in; known from https://iphonedev.wiki/CgBI_file_format).
//
// Anomalies: png.bad_chunk png.bad_crc png.no_end png.missing_data png.excess_data png.bad_filter
// png.bad_index
#pragma once

#include "base/byte_reader.h"
#include "base/result.h"
#include "parse/png/types.h"

namespace bartizan::parse {

inline constexpr std::size_t kMaxPngBytes = 8 << 20;
inline constexpr std::size_t kMaxPngPixels = 1024 * 1024;

// kInvalid: no PNG, or one without a picture that could be shown. kLimit: larger than the above.
// Colours are not corrected (gAMA, iCCP ...), and of 16 bits a sample the upper eight are kept.
// Memory: twelve bytes a pixel at most, besides the input; time is linear in both.
Result<PngImage> parse_png(Bytes bytes);

}  // namespace bartizan::parse
