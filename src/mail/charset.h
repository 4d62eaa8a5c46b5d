// Text of a part in UTF-8.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/byte_reader.h"
#include "parse/anomaly.h"

namespace bartizan::mail {

// Valid UTF-8 whatever comes in: what `charset` cannot decode becomes U+FFFD. Without a charset, or
// with one nobody knows, text that is no UTF-8 is read as windows-1252. Anomalies:
// mail.invalid_utf8 mail.unknown_charset mail.nul
std::string decode_text(Bytes bytes, std::string_view charset,
                        std::vector<parse::Anomaly>& anomalies);

// Opens what texts in the usual charsets need, and keeps it.
void load_charsets();

std::string valid_utf8(std::string_view text);

}  // namespace bartizan::mail
