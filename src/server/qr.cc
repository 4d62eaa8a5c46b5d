#include "server/qr.h"

#include <qrencode.h>

#include <memory>

namespace bartizan::server {

Result<std::string> qr_svg(std::string_view text) {
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
      QRcode_encodeString8bit(std::string(text).c_str(), 0, QR_ECLEVEL_M), &QRcode_free);
  if (!code) return Error{ErrorCode::kLimit, "the text does not fit into a QR code"};
  constexpr int kQuiet = 4;
  const std::string side = std::to_string(code->width + 2 * kQuiet);
  std::string path;
  for (int y = 0; y < code->width; ++y) {
    for (int x = 0; x < code->width; ++x) {
      if ((code->data[y * code->width + x] & 1) == 0) continue;
      int end = x;
      while (end < code->width && (code->data[y * code->width + end] & 1) != 0) ++end;
      path += "M" + std::to_string(x + kQuiet) + " " + std::to_string(y + kQuiet) + "h" +
              std::to_string(end - x) + "v1h-" + std::to_string(end - x) + "z";
      x = end;
    }
  }
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + side + " " + side +
         "\" shape-rendering=\"crispEdges\" role=\"img\" aria-label=\"QR code\"><path "
         "fill=\"#fff\" "
         "d=\"M0 0h" +
         side + "v" + side + "H0z\"/><path fill=\"#000\" d=\"" + path + "\"/></svg>";
}

}  // namespace bartizan::server
