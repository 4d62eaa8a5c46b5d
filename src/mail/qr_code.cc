#include "mail/qr_code.h"

#include <memory>

#include <zbar.h>

#include "mail/charset.h"

namespace bartizan::mail {
namespace {

// zbar's name for a picture of one byte of grey a pixel.
constexpr unsigned long kGrey8 =
    'Y' | ('8' << 8) | ('0' << 16) | (static_cast<unsigned>('0') << 24);

}  // namespace

std::vector<std::string> read_qr_codes(const GreyImage& image) {
  using namespace zbar;
  const std::unique_ptr<zbar_image_scanner_t, void (*)(zbar_image_scanner_t*)> scanner(
      zbar_image_scanner_create(), zbar_image_scanner_destroy);
  const std::unique_ptr<zbar_image_t, void (*)(zbar_image_t*)> picture(zbar_image_create(),
                                                                       zbar_image_destroy);
  std::vector<std::string> out;
  if (!scanner || !picture) return out;
  zbar_image_scanner_set_config(scanner.get(), ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
  zbar_image_scanner_set_config(scanner.get(), ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
  zbar_image_set_format(picture.get(), kGrey8);
  zbar_image_set_size(picture.get(), image.width, image.height);
  zbar_image_set_data(picture.get(), image.levels.data(), image.levels.size(), nullptr);
  if (zbar_scan_image(scanner.get(), picture.get()) <= 0) return out;
  for (const zbar_symbol_t* symbol = zbar_image_first_symbol(picture.get());
       symbol != nullptr && out.size() < kMaxQrCodes; symbol = zbar_symbol_next(symbol)) {
    const std::string_view text(zbar_symbol_get_data(symbol), zbar_symbol_get_data_length(symbol));
    out.push_back(valid_utf8(text.substr(0, kMaxQrText)));
  }
  return out;
}

}  // namespace bartizan::mail
