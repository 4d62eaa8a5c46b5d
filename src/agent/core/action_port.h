// Where actions meet the phone. The simulator is one; an Android shell will be another.
#pragma once

#include <string>

#include "model/response.h"

namespace bartizan::agent {

struct ActionOutcome {
  ActionState state = ActionState::kDone;  // done or failed
  std::string detail;                      // one sentence, sent to the server
};

class ActionPort {
 public:
  virtual ~ActionPort() = default;
  // Called from one thread at a time; must not call back into the agent.
  virtual ActionOutcome carry_out(const Action& action) = 0;
};

}  // namespace bartizan::agent
