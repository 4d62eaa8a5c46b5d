#include "intel/resolutions.h"

#include "intel/observation_facts.h"

namespace bartizan::intel {

Result<ResolutionSet> ResolutionSet::compile(std::span<const Threat> threats) {
  ResolutionSet out;
  for (const Threat& threat : threats) {
    for (const Resolution& resolution : threat.resolves) {
      if (resolution.observation.empty()) continue;  // by time alone: src/problem
      const auto schema = fact_schema(resolution.observation);
      if (!schema)
        return Error{ErrorCode::kInvalid,
                     threat.id + ": unknown observation kind '" + resolution.observation + "'"};
      CompiledResolution compiled{.threat = threat.id,
                                  .subject_kind = threat.subject,
                                  .same_field = resolution.same_field,
                                  .text = resolution.text};
      if (!resolution.condition_source.empty()) {
        BARTIZAN_ASSIGN(compiled.condition, rules::Condition::compile_text(
                                                resolution.condition_source, *schema, threat.id));
      }
      out.by_kind_[resolution.observation].push_back(std::move(compiled));
    }
  }
  return out;
}

std::span<const CompiledResolution> ResolutionSet::of(std::string_view observation_kind) const {
  const auto found = by_kind_.find(observation_kind);
  if (found == by_kind_.end()) return {};
  return found->second;
}

}  // namespace bartizan::intel
