#include "parse/anomaly.h"

#include <algorithm>
#include <cstdint>
#include <set>

namespace bartizan::parse {
namespace {

// Length of the well-formed UTF-8 sequence at the start of `text` (Unicode 15, table 3-7); 0: none.
std::size_t utf8_sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  const std::uint8_t second = byte(1);
  const bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
  const bool surrogate = lead == 0xed && second > 0x9f;
  const bool too_high = lead == 0xf4 && second > 0x8f;
  return overlong || surrogate || too_high ? 0 : length;
}

// Of `length` bytes that are one well-formed character: would showing it steer a terminal or turn
// the text around it? C0 and C1 controls (U+009B alone begins an escape sequence), line and
// paragraph separators, and the embeddings, overrides and isolates of UAX #9 (U+202A-202E,
// U+2066-2069), by which "gpj.apk" shows as something else.
bool steers(std::string_view text, std::size_t length) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  if (length == 1) return byte(0) < 0x20 || byte(0) == 0x7f;
  if (length == 2) return byte(0) == 0xc2 && byte(1) < 0xa0;
  if (length != 3 || byte(0) != 0xe2) return false;
  return (byte(1) == 0x80 && byte(2) >= 0xa8 && byte(2) <= 0xae) ||
         (byte(1) == 0x81 && byte(2) >= 0xa6 && byte(2) <= 0xa9);
}

}  // namespace

void note_anomaly(std::vector<Anomaly>& anomalies, std::string_view id, std::string_view where,
                  std::string_view detail) {
  if (anomalies.size() >= kMaxAnomalies &&
      std::any_of(anomalies.begin(), anomalies.end(),
                  [&](const Anomaly& anomaly) { return anomaly.id == id; })) {
    return;
  }
  anomalies.push_back({std::string(id), printable(where), printable(detail)});
}

std::vector<std::string> anomaly_ids(const std::vector<Anomaly>& anomalies) {
  std::set<std::string> ids;
  for (const Anomaly& anomaly : anomalies) ids.insert(anomaly.id);
  return {ids.begin(), ids.end()};
}

std::string printable(std::string_view text, std::size_t max_bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  while (!text.empty()) {
    const std::size_t length = utf8_sequence_length(text);
    if (out.size() + std::max<std::size_t>(length, 4) > max_bytes) return out + "...";
    if (length == 0 || steers(text, length)) {
      const auto lead = static_cast<std::uint8_t>(text[0]);
      out += "\\x";
      out += kDigits[lead >> 4];
      out += kDigits[lead & 15];
      text.remove_prefix(1);
    } else {
      out += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return out;
}

}  // namespace bartizan::parse
