// What permissions let an app do, in plain words, from content/permissions/android.yaml.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace bartizan::intel {

struct PermissionGroup {
  std::string id;     // "messages"
  std::string title;  // "Messages"
};

struct PermissionWords {
  std::string permission;  // "android.permission.READ_SMS"
  std::string text;        // "read your text messages"
  std::size_t group = 0;   // into PermissionWordList::groups()
};

class PermissionWordList {
 public:
  // Errors read "file:line: message".
  static Result<PermissionWordList> load(std::string_view text, const std::string& file);

  const std::vector<PermissionGroup>& groups() const { return groups_; }  // as written
  const PermissionWords* find(std::string_view permission) const;         // null: not a guarded one

 private:
  std::vector<PermissionGroup> groups_;
  std::vector<PermissionWords> all_;  // by permission
};

}  // namespace bartizan::intel
