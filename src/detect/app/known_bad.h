// Apps that published indicators name: by package, signer, file or an address in their code.
#pragma once

#include <vector>

#include "detect/detector.h"

namespace bartizan::detect {

// app.installed: app.stalkerware, app.spyware, app.known_malware and app.malicious_domain.
void run_known_bad_app(const Observation& observation, const Context& context,
                       std::vector<Finding>& findings);

}  // namespace bartizan::detect
