// Entry names that are not what they seem.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "parse/anomaly.h"

namespace bartizan::parse {

// The names of one archive, told one after the other.
class EntryNames {
 public:
  // Notes zip.duplicate_entry, zip.colliding_name (another tool would take it for an earlier one),
  // zip.path_traversal, zip.absolute_path, zip.bad_name and zip.odd_name.
  void add(const std::string& name, std::vector<Anomaly>& anomalies);

 private:
  std::unordered_map<std::string, std::string> by_folded_;  // -> the name as it is
};

}  // namespace bartizan::parse
