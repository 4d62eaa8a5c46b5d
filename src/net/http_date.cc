#include "net/http_date.h"

#include <algorithm>
#include <array>

namespace bartizan::net {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::string_view kShape = "aaa, 00 aaa 0000 00:00:00 GMT";

bool has_shape(std::string_view text) {
  return std::equal(text.begin(), text.end(), kShape.begin(), kShape.end(), [](char c, char shape) {
    if (shape == '0') return c >= '0' && c <= '9';
    if (shape == 'a') return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    return c == shape;
  });
}

}  // namespace

Result<Timestamp> parse_http_date(std::string_view text) {
  const Error wrong{ErrorCode::kInvalid, "is not a date of HTTP"};
  if (!has_shape(text)) return wrong;
  const auto month = std::find(kMonths.begin(), kMonths.end(), text.substr(8, 3));
  if (month == kMonths.end()) return wrong;
  const auto number = static_cast<int>(month - kMonths.begin()) + 1;
  std::string rfc3339(text.substr(12, 4));
  rfc3339 += number < 10 ? "-0" : "-";
  rfc3339 += std::to_string(number);
  rfc3339.append("-").append(text.substr(5, 2)).append("T").append(text.substr(17, 8)).append("Z");
  const auto time = parse_rfc3339(rfc3339);
  if (!time) return wrong;
  return *time;
}

}  // namespace bartizan::net
