#include "mail/image.h"

#include <csetjmp>
#include <cstdio>
#include <cstring>

#include <jpeglib.h>
#include <png.h>

namespace bartizan::mail {
namespace {

bool within_bounds(std::uint32_t width, std::uint32_t height) {
  return width > 0 && height > 0 && width <= kMaxImageSide && height <= kMaxImageSide &&
         std::size_t{width} * height <= kMaxImagePixels;
}

std::optional<GreyImage> decode_png(Bytes bytes) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()) == 0)
    return std::nullopt;
  if (!within_bounds(image.width, image.height)) {
    png_image_free(&image);
    return std::nullopt;
  }
  image.format = PNG_FORMAT_GRAY;
  GreyImage out{.width = image.width, .height = image.height};
  out.levels.resize(PNG_IMAGE_SIZE(image));
  const png_color white{.red = 255, .green = 255, .blue = 255};
  const int read = png_image_finish_read(&image, &white, out.levels.data(), 0, nullptr);
  png_image_free(&image);
  if (read == 0) return std::nullopt;
  return out;
}

struct JpegErrors {
  jpeg_error_mgr manager;
  std::jmp_buf back;
};

void leave(j_common_ptr decoder) {
  std::longjmp(reinterpret_cast<JpegErrors*>(decoder->err)->back, 1);
}
void stay_silent(j_common_ptr) {}

constexpr long kMaxJpegMemory = 64L << 20;
// A progressive picture repeats its scans as often as its maker likes.
constexpr int kMaxJpegScans = 100;

void watch_scans(j_common_ptr decoder) {
  const auto* reading = reinterpret_cast<j_decompress_ptr>(decoder);
  if (decoder->is_decompressor && reading->input_scan_number > kMaxJpegScans) leave(decoder);
}

// longjmp passes no destructor here: what is live across it is plain data and `out`, the caller's.
bool decode_jpeg_into(Bytes bytes, GreyImage& out) {
  jpeg_decompress_struct decoder{};
  JpegErrors errors{};
  decoder.err = jpeg_std_error(&errors.manager);
  errors.manager.error_exit = leave;
  errors.manager.output_message = stay_silent;
  if (setjmp(errors.back) != 0) {
    jpeg_destroy_decompress(&decoder);
    return false;
  }
  jpeg_create_decompress(&decoder);
  jpeg_progress_mgr progress{};
  progress.progress_monitor = watch_scans;
  decoder.progress = &progress;
  decoder.mem->max_memory_to_use = kMaxJpegMemory;
  jpeg_mem_src(&decoder, bytes.data(), bytes.size());
  jpeg_read_header(&decoder, TRUE);
  if (!within_bounds(decoder.image_width, decoder.image_height)) {
    jpeg_destroy_decompress(&decoder);
    return false;
  }
  decoder.out_color_space = JCS_GRAYSCALE;
  jpeg_start_decompress(&decoder);
  out.width = decoder.output_width;
  out.height = decoder.output_height;
  out.levels.assign(std::size_t{out.width} * out.height, 255);
  while (decoder.output_scanline < decoder.output_height) {
    JSAMPROW row = out.levels.data() + std::size_t{decoder.output_scanline} * out.width;
    jpeg_read_scanlines(&decoder, &row, 1);
  }
  jpeg_finish_decompress(&decoder);
  jpeg_destroy_decompress(&decoder);
  return true;
}

}  // namespace

std::optional<GreyImage> decode_image(Bytes bytes) {
  if (bytes.size() >= 8 && std::memcmp(bytes.data(), "\x89PNG", 4) == 0) return decode_png(bytes);
  if (bytes.size() >= 3 && std::memcmp(bytes.data(), "\xff\xd8\xff", 3) == 0) {
    GreyImage out;
    if (decode_jpeg_into(bytes, out)) return out;
  }
  return std::nullopt;
}

}  // namespace bartizan::mail
