#include "server/near_apps.h"

#include <algorithm>

#include "server/uploaded_report.h"

namespace bartizan::server {
namespace {

constexpr int kMostCompared = 100'000;  // a microsecond each
constexpr std::size_t kMostNamed = 20;

json::object app_json(const ComparedApp& app) {
  return {{"sha256", app.sha256},
          {"package", app.package},
          {"label", app.label},
          {"verdict", app.verdict}};
}

}  // namespace

Result<std::vector<detect::UploadNeighbour>> find_near_apps(store::Rows& rows,
                                                            const json::object& report) {
  const json::object body = observation_of_report(report, {}).body;
  if (!body.contains("tlsh") && !body.contains("icon_hash"))
    return std::vector<detect::UploadNeighbour>();
  BARTIZAN_ASSIGN(const auto others, rows.compared_apps(kMostCompared));
  return detect::find_upload_neighbours(body, others);
}

void judge_near_apps(const std::vector<detect::UploadNeighbour>& near,
                     const detect::Context& context, const std::optional<std::string>& installer,
                     json::object& report) {
  Observation observation = observation_of_report(report, context.evaluated_at);
  if (installer) observation.body["installer"] = *installer;
  for (const Finding& finding : detect::judge_beside_uploads(observation, context, near)) {
    if (!has_finding(report, finding.threat)) add_finding(finding, report);
  }
}

void list_near_apps(std::vector<detect::UploadNeighbour> near, json::object& report) {
  const json::object body = observation_of_report(report, {}).body;
  json::array icons;
  for (const detect::UploadNeighbour& one : near) {
    if (!one.same_icon || icons.size() == kMostNamed || !detect::is_of_somebody_else(body, one.app))
      continue;
    const std::string& signer = one.app.signer.signer;
    json::object item = app_json(one.app);
    item["signer"] = signer.empty() ? json::value() : json::value(signer);
    icons.push_back(std::move(item));
  }
  std::erase_if(near, [](const detect::UploadNeighbour& one) { return !one.code_distance; });
  std::stable_sort(near.begin(), near.end(),
                   [](const detect::UploadNeighbour& a, const detect::UploadNeighbour& b) {
                     return *a.code_distance < *b.code_distance;
                   });
  json::array code;
  for (std::size_t i = 0; i < std::min(near.size(), kMostNamed); ++i) {
    json::object item = app_json(near[i].app);
    item["distance"] = *near[i].code_distance;
    code.push_back(std::move(item));
  }
  if (body.contains("tlsh")) report["near_duplicates"] = std::move(code);
  if (body.contains("icon_hash")) report["same_icon"] = std::move(icons);
}

}  // namespace bartizan::server
