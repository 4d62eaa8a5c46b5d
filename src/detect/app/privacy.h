// What an app means for the privacy of its user, accusing nobody: the trackers it brings and, in
// plain words, what its permissions let it do.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "intel/content.h"
#include "parse/dex/types.h"

namespace bartizan::detect {

struct FoundTracker {
  std::string name;
  std::vector<std::string> purposes;  // of intel::kTrackerPurposes
  std::string class_name;             // one of its classes, "Lcom/example/ads/Banner;"
};

struct ExplainedPermission {
  std::string permission;
  std::string text;  // completes "The app asks to"
};

struct PermissionSummary {
  std::string group;  // "messages"
  std::string title;  // "Messages"
  std::vector<ExplainedPermission> permissions;
};

class TrackerCollector {
 public:
  explicit TrackerCollector(const intel::Content& content);
  // By the classes that the file defines: a mention alone is no proof that the library is there.
  void look_at(const parse::DexFile& dex);
  std::vector<FoundTracker> take() &&;  // in the order of the content

 private:
  const intel::Content& content_;
  std::vector<std::string> class_names_;  // by tracker; empty: not seen
};

// Groups in the order of the content, permissions by name; those without words are left out.
std::vector<PermissionSummary> summarise_permissions(const std::vector<std::string>& permissions,
                                                     const intel::Content& content);

json::array to_json(const std::vector<FoundTracker>& trackers);
json::array to_json(const std::vector<PermissionSummary>& summary);

}  // namespace bartizan::detect
