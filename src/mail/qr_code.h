// QR codes in pictures. zbar stays behind this border.
#pragma once

#include <string>
#include <vector>

#include "mail/image.h"

namespace bartizan::mail {

inline constexpr std::size_t kMaxQrCodes = 16;   // of one picture
inline constexpr std::size_t kMaxQrText = 4096;  // a QR code holds 2,953 bytes (ISO/IEC 18004)

// What the codes say, valid UTF-8.
std::vector<std::string> read_qr_codes(const GreyImage& image);

}  // namespace bartizan::mail
