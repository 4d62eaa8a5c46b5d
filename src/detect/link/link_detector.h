// Links opened on the phone and links in messages, by the same judgement.
#pragma once

#include <vector>

#include "detect/detector.h"

namespace bartizan::detect {

// link.opened. The subject is the host. An address no browser opens gives no finding.
void run_link_opened(const Observation& observation, const Context& context,
                     std::vector<Finding>& findings);

// message.received: one message.malicious_link a host, with what the judgement on its link saw.
void run_message_links(const Observation& observation, const Context& context,
                       std::vector<Finding>& findings);

}  // namespace bartizan::detect
