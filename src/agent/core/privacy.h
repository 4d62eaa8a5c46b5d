// What may leave the phone. Every byte the agent sends or keeps on disk about what it saw has
// passed through here; docs/privacy.md says what each tier lets through.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "model/finding.h"
#include "model/observation.h"
#include "model/problem.h"

namespace bartizan::agent {

// Names a subject by HMAC-SHA-256 with a secret of this phone: equal for the same subject on this
// phone, meaningless elsewhere.
class SubjectReferences {
 public:
  explicit SubjectReferences(std::string key) : key_(std::move(key)) {}

  // 43 characters of base64url; empty for an empty key: the phone and its agent need no name.
  std::string of(std::string_view kind, std::string_view key) const;
  // The subject with its key replaced by the reference, and no label.
  Subject hide(const Subject& subject) const;

 private:
  std::string key_;
};

// The kinds of observation a tier sends as they are. The others stay on the phone, and only a
// threat found in them is told.
bool tier_carries(PrivacyTier tier, std::string_view kind);

// The observation as its tier may carry it. kUnsupported when it may not.
Result<Observation> wire_observation(const Observation& seen, PrivacyTier tier,
                                     const SubjectReferences& references);

// A body of threat.found (the subject is named in the byod tier alone, and from medium severity
// on), or of threat.cleared for a problem whose subject is hidden already.
json::object found_report(const Finding& finding, PrivacyTier tier,
                          const SubjectReferences& references);
json::object cleared_report(const Problem& problem);

}  // namespace bartizan::agent
