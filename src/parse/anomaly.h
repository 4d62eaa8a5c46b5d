// What a parser saw that honest tools do not write. An anomaly is evidence of evasion, never an
// error: parsing goes on as the platform would, and whoever judges the file is told.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan::parse {

struct Anomaly {
  std::string id;      // "zip.name_mismatch": stable, lower case, the parser's name first
  std::string where;   // entry name, "offset 123", element path; printable
  std::string detail;  // one phrase with the values seen; printable

  bool operator==(const Anomaly&) const = default;
};

// A hostile file can repeat an oddity a million times; past this many only the first of each
// further id is kept.
inline constexpr std::size_t kMaxAnomalies = 200;

void note_anomaly(std::vector<Anomaly>& anomalies, std::string_view id, std::string_view where,
                  std::string_view detail);

// The distinct ids in `anomalies`, sorted.
std::vector<std::string> anomaly_ids(const std::vector<Anomaly>& anomalies);

// Untrusted text as valid UTF-8 on one line: control characters, what turns the direction of
// writing (UAX #9) and bytes that are not UTF-8 become \xNN, and what lies beyond `max_bytes`
// becomes "...".
std::string printable(std::string_view text, std::size_t max_bytes = 256);

}  // namespace bartizan::parse
