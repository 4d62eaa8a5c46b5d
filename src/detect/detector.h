// detect(observation) -> findings: pure. No socket, clock, file or database; everything comes in as
// arguments, so that the CLI, the server, the agent and the resolver give byte-identical findings.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "intel/content.h"
#include "model/device.h"
#include "model/finding.h"
#include "model/observation.h"

namespace bartizan::detect {

inline constexpr std::string_view kEngineVersion = "0.1.0";

// What a detector may know besides the observation.
struct Context {
  const intel::Content& content;
  Timestamp evaluated_at;
  Platform platform = Platform::kAndroid;
};

// A detector looks at the kinds it names (none: all) and appends what it concludes. `draft` fills
// ids, techniques, severity defaults and judged_with from the catalogue, so that a detector states
// only what it saw.
struct Detector {
  std::string_view name;
  std::span<const std::string_view> kinds;
  void (*run)(const Observation& observation, const Context& context,
              std::vector<Finding>& findings);
};

// A finding of `threat` with everything the catalogue and the context determine already filled in.
// `threat` must be in the catalogue (asserted; the text cases must find every threat there is).
Finding draft_finding(const Observation& observation, const Context& context,
                      std::string_view threat, Subject subject, std::string_view rule,
                      std::string_view rule_version);

// The explicit list (builtin.cc).
std::span<const Detector> builtin_detectors();

struct Verdict {
  std::vector<Finding> findings;  // ordered by threat, then subject: deterministic
  std::vector<Clearance>
      clearances;  // resolve conditions of the catalogue that the observation meets
};

// Runs every detector for the kind, then the catalogue's resolve conditions. One finding a threat
// and subject: the strongest. A threat found is never cleared by the same observation; a clearance
// of all subjects (empty key) may stand beside a finding of one of them, which problem::fold keeps
// open. A phone that reports its verdicts reports the problems that ended, not such clearances.
Verdict detect(const Observation& observation, const Context& context);

}  // namespace bartizan::detect
