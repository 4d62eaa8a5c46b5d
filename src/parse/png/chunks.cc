#include "parse/png/chunks.h"

#include <libdeflate.h>

#include "parse/png/parser.h"

namespace bartizan::parse {
namespace {

constexpr std::string_view kSignature("\x89PNG\r\n\x1a\n", 8);

struct Chunk {
  std::string_view type;
  Bytes data;
};

Result<Chunk> take_chunk(ByteReader& reader, std::vector<Anomaly>& anomalies) {
  const std::string where = "offset " + std::to_string(reader.position());
  BARTIZAN_ASSIGN(const std::uint32_t size, reader.u32_be());
  BARTIZAN_ASSIGN(const Bytes type, reader.take(4));
  BARTIZAN_ASSIGN(const Bytes data, reader.take(size));
  BARTIZAN_ASSIGN(const std::uint32_t stated, reader.u32_be());
  const Bytes covered(type.data(), type.size() + data.size());
  if (libdeflate_crc32(0, covered.data(), covered.size()) != stated)
    note_anomaly(anomalies, "png.bad_crc", where, printable(as_text(type)));
  return Chunk{as_text(type), data};
}

// Table 11.1 of the specification: which depths a colour type has.
bool is_allowed(unsigned color, unsigned depth) {
  const bool whole = depth == 8 || depth == 16;
  const bool packed = depth == 1 || depth == 2 || depth == 4;
  switch (color) {
    case static_cast<unsigned>(PngColor::kGrey):
      return whole || packed;
    case static_cast<unsigned>(PngColor::kPalette):
      return packed || depth == 8;
    case static_cast<unsigned>(PngColor::kRgb):
    case static_cast<unsigned>(PngColor::kGreyAlpha):
    case static_cast<unsigned>(PngColor::kRgba):
      return whole;
    default:
      return false;
  }
}

Result<PngHeader> read_header(Bytes data) {
  ByteReader reader(data);
  PngHeader out;
  BARTIZAN_ASSIGN(out.width, reader.u32_be());
  BARTIZAN_ASSIGN(out.height, reader.u32_be());
  BARTIZAN_ASSIGN(const std::uint8_t depth, reader.u8());
  BARTIZAN_ASSIGN(const std::uint8_t color, reader.u8());
  BARTIZAN_ASSIGN(const std::uint8_t compression, reader.u8());
  BARTIZAN_ASSIGN(const std::uint8_t filter, reader.u8());
  BARTIZAN_ASSIGN(const std::uint8_t interlace, reader.u8());
  if (!is_allowed(color, depth) || compression != 0 || filter != 0 || interlace > 1)
    return Error{ErrorCode::kInvalid, "PNG header with a form that does not exist"};
  if (out.width == 0 || out.height == 0)
    return Error{ErrorCode::kInvalid, "PNG header of a picture without pixels"};
  if (out.width > kMaxPngPixels || out.height > kMaxPngPixels / out.width)
    return Error{ErrorCode::kLimit, "PNG of " + std::to_string(out.width) + " x " +
                                        std::to_string(out.height) + " pixels is not read"};
  out.depth = depth;
  out.color = static_cast<PngColor>(color);
  out.interlaced = interlace == 1;
  return out;
}

}  // namespace

std::size_t PngHeader::samples() const {
  switch (color) {
    case PngColor::kGrey:
    case PngColor::kPalette:
      return 1;
    case PngColor::kGreyAlpha:
      return 2;
    case PngColor::kRgb:
      return 3;
    case PngColor::kRgba:
      break;
  }
  return 4;
}

Result<PngChunks> read_png_chunks(Bytes bytes, std::vector<Anomaly>& anomalies) {
  if (!as_text(bytes).starts_with(kSignature)) return Error{ErrorCode::kInvalid, "not a PNG"};
  if (bytes.size() > kMaxPngBytes) return Error{ErrorCode::kLimit, "PNG larger than is read"};
  ByteReader reader(bytes);
  BARTIZAN_TRY(reader.skip(kSignature.size()));
  PngChunks out;
  bool has_header = false;
  bool has_end = false;
  while (!has_end && !reader.at_end()) {
    const std::size_t at = reader.position();
    const Result<Chunk> chunk = take_chunk(reader, anomalies);
    if (!chunk.ok()) {
      note_anomaly(anomalies, "png.bad_chunk", "offset " + std::to_string(at),
                   "reaches beyond the file");
      break;
    }
    if (chunk->type == "CgBI") out.apple = true;
    if (chunk->type == "IHDR" && !has_header) {
      BARTIZAN_ASSIGN(out.header, read_header(chunk->data));
      has_header = true;
    }
    if (chunk->type == "PLTE") out.palette = chunk->data;
    if (chunk->type == "tRNS") out.transparency = chunk->data;
    if (chunk->type == "IDAT") out.data.push_back(chunk->data);
    has_end = chunk->type == "IEND";
  }
  if (!has_header) return Error{ErrorCode::kInvalid, "PNG without a header"};
  if (!has_end) note_anomaly(anomalies, "png.no_end", "end of file", "no IEND chunk");
  return out;
}

}  // namespace bartizan::parse
