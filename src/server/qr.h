// QR codes as SVG.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace bartizan::server {

// A stand-alone <svg> with a quiet zone of four modules; black on white whatever the theme, because
// cameras want it so. kLimit when `text` does not fit into a code.
Result<std::string> qr_svg(std::string_view text);

}  // namespace bartizan::server
