// The techniques of MITRE ATT&CK for Mobile, from content/attack/techniques.yaml.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/enums.h"

namespace bartizan::intel {

struct Technique {
  std::string id;  // "T1636.004"
  std::string name;
  std::vector<Platform> platforms;
  // Where the matrix says that vetting an app can observe it.
  std::vector<Platform> app_vetting;
};

class TechniqueSet {
 public:
  // Errors read "file:line: message".
  static Result<TechniqueSet> load(std::string_view text, const std::string& file);

  const Technique* find(std::string_view id) const;
  std::string_view name(std::string_view id) const;  // empty: not a technique of the matrix
  const std::vector<Technique>& all() const { return all_; }  // in the order of their ids

 private:
  std::vector<Technique> all_;
};

}  // namespace bartizan::intel
