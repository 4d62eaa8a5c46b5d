// Apps that pretend to be another one that people know (content/known_apps): by their label or
// package name, or as the very app under another signer. How it is judged: docs/known-apps.md.
#pragma once

#include <vector>

#include "detect/detector.h"

namespace bartizan::detect {

// app.installed on Android: app.imitation and app.repackaged. Parts of the system image are left
// alone: phone makers ship variants of well-known apps.
void run_imitated_app(const Observation& observation, const Context& context,
                      std::vector<Finding>& findings);

}  // namespace bartizan::detect
