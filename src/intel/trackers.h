// Libraries that report what the users of an app do, from content/trackers/trackers.yaml.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace bartizan::intel {

struct Tracker {
  std::string name;
  std::vector<std::string> purposes;  // of kTrackerPurposes
  bool operator==(const Tracker&) const = default;
};

inline constexpr std::string_view kTrackerPurposes[] = {
    "advertising", "analytics", "attribution",       "crash_reports",
    "engagement",  "location",  "session_recording", "identification"};

class TrackerSet {
 public:
  // Errors read "file:line: message".
  static Result<TrackerSet> load(std::string_view text, const std::string& file);

  const std::vector<Tracker>& all() const { return all_; }
  // Position in all() of the tracker that a class "Lcom/example/Ads;" belongs to; -1: none.
  int find(std::string_view descriptor) const;

 private:
  struct Prefix {
    std::string text;  // "Lcom/example/ads/"
    int tracker = 0;
  };

  std::vector<Tracker> all_;
  std::vector<Prefix> prefixes_;  // sorted; none begins another one
};

}  // namespace bartizan::intel
