// An entry of the threat catalogue (content/threats/*.yaml).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "model/enums.h"

namespace bartizan {

// Text for one audience: what happened, and what to do, one step an item.
struct Advice {
  std::string what_happened;
  std::vector<std::string> what_to_do;
};

// When a problem of this threat ends. At least one of the two is set.
struct Resolution {
  std::string observation;       // kind whose arrival may clear it; empty: by time alone
  std::string same_field;        // body field that must equal the subject's key; empty: any subject
  std::string condition_source;  // condition of src/rules/ over the body, as canonical JSON; empty:
                                 // arrival is enough
  std::optional<Duration> after;  // clears this long after it was last seen
  std::string text;               // "The app is removed"
};

struct Threat {
  std::string id;  // "app.stalkerware"
  std::string title;
  std::string vector;   // app, link, message, network, device, agent
  std::string subject;  // Subject::kind of its findings
  std::vector<Platform> platforms;
  Severity severity = Severity::kInformational;
  std::vector<std::string> techniques;
  std::vector<std::string> evidence_fields;
  std::vector<Resolution> resolves;
  std::map<Platform, Advice> user;  // in plain language, one per platform
  Advice admin;
};

}  // namespace bartizan
