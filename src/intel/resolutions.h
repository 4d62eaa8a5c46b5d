// The catalogue's resolve conditions, compiled and sorted by the observation that may meet them.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/threat.h"
#include "rules/condition.h"

namespace bartizan::intel {

struct CompiledResolution {
  std::string threat;
  std::string subject_kind;
  std::string same_field;                     // as in Resolution
  std::optional<rules::Condition> condition;  // absent: arrival is enough
  std::string text;
};

class ResolutionSet {
 public:
  static Result<ResolutionSet> compile(std::span<const Threat> threats);

  // In the order of the threats.
  std::span<const CompiledResolution> of(std::string_view observation_kind) const;

 private:
  std::map<std::string, std::vector<CompiledResolution>, std::less<>> by_kind_;
};

}  // namespace bartizan::intel
