#include "detect/app/privacy.h"

#include <set>

#include "intel/permission_words.h"
#include "intel/trackers.h"
#include "parse/anomaly.h"

namespace bartizan::detect {

TrackerCollector::TrackerCollector(const intel::Content& content)
    : content_(content), class_names_(content.trackers().all().size()) {}

void TrackerCollector::look_at(const parse::DexFile& dex) {
  for (const parse::DexClass& type : dex.classes) {
    const std::string_view descriptor = dex.type(type.type);
    const int tracker = content_.trackers().find(descriptor);
    if (tracker < 0) continue;
    std::string& name = class_names_[static_cast<std::size_t>(tracker)];
    if (name.empty()) name = parse::printable(descriptor);
  }
}

std::vector<FoundTracker> TrackerCollector::take() && {
  std::vector<FoundTracker> out;
  for (std::size_t i = 0; i < class_names_.size(); ++i) {
    if (class_names_[i].empty()) continue;
    const intel::Tracker& tracker = content_.trackers().all()[i];
    out.push_back({.name = tracker.name,
                   .purposes = tracker.purposes,
                   .class_name = std::move(class_names_[i])});
  }
  return out;
}

std::vector<PermissionSummary> summarise_permissions(const std::vector<std::string>& permissions,
                                                     const intel::Content& content) {
  const intel::PermissionWordList& words = content.permission_words();
  std::vector<PermissionSummary> all;
  for (const intel::PermissionGroup& group : words.groups())
    all.push_back({.group = group.id, .title = group.title, .permissions = {}});
  for (const std::string& permission : std::set(permissions.begin(), permissions.end())) {
    const intel::PermissionWords* found = words.find(permission);
    if (found != nullptr)
      all[found->group].permissions.push_back({.permission = permission, .text = found->text});
  }
  std::erase_if(all, [](const PermissionSummary& group) { return group.permissions.empty(); });
  return all;
}

json::array to_json(const std::vector<FoundTracker>& trackers) {
  json::array out;
  for (const FoundTracker& tracker : trackers)
    out.push_back(
        json::object{{"name", tracker.name},
                     {"purposes", json::array(tracker.purposes.begin(), tracker.purposes.end())},
                     {"class", tracker.class_name}});
  return out;
}

json::array to_json(const std::vector<PermissionSummary>& summary) {
  json::array out;
  for (const PermissionSummary& group : summary) {
    json::array permissions;
    for (const ExplainedPermission& item : group.permissions)
      permissions.push_back(json::object{{"permission", item.permission}, {"text", item.text}});
    out.push_back(json::object{
        {"group", group.group}, {"title", group.title}, {"permissions", std::move(permissions)}});
  }
  return out;
}

}  // namespace bartizan::detect
