#include "server/near_apps.h"

#include <algorithm>
#include <tuple>

#include "base/tlsh.h"

namespace bartizan::server {
namespace {

constexpr int kMostCompared = 100'000;  // a microsecond each
constexpr int kNearUpTo = 50;           // beyond, unrelated code becomes common (base/tlsh.h)
constexpr std::size_t kMostNamed = 20;

struct Near {
  int distance;
  ScannedCode code;
};

}  // namespace

Status add_near_duplicates(store::Rows& rows, json::object& report) {
  const auto own = parse_tlsh(get_string(report, "tlsh").value_or(""));
  if (!own) return {};
  const std::string_view sha256 = get_string(report, "sha256").value_or("");
  BARTIZAN_ASSIGN(auto codes, rows.scanned_codes(kMostCompared));
  std::vector<Near> near;
  for (ScannedCode& code : codes) {
    const auto other = parse_tlsh(code.tlsh);
    if (!other || code.sha256 == sha256) continue;
    const int distance = tlsh_distance(*own, *other);
    if (distance <= kNearUpTo) near.push_back({distance, std::move(code)});
  }
  std::sort(near.begin(), near.end(), [](const Near& a, const Near& b) {
    return std::tie(a.distance, a.code.sha256) < std::tie(b.distance, b.code.sha256);
  });
  json::array out;
  for (std::size_t i = 0; i < std::min(near.size(), kMostNamed); ++i)
    out.push_back(json::object{{"sha256", near[i].code.sha256},
                               {"package", near[i].code.package},
                               {"label", near[i].code.label},
                               {"verdict", near[i].code.verdict},
                               {"distance", near[i].distance}});
  report["near_duplicates"] = std::move(out);
  return {};
}

}  // namespace bartizan::server
