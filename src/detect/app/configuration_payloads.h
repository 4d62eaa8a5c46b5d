// What each payload of a configuration profile changes.
#pragma once

#include "detect/app/configuration_profile.h"
#include "parse/plist/types.h"

namespace bartizan::detect {

// Adds to the profile what the payload says, by its type; one of an unknown type adds nothing.
void read_payload(const parse::PlistValue& payload, ConfigurationProfile& profile);

}  // namespace bartizan::detect
