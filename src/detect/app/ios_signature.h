// What an iOS app's code signature and provisioning profile say together.
#pragma once

#include "base/byte_reader.h"
#include "detect/app/report.h"
#include "parse/macho/types.h"

namespace bartizan::detect {

// What the signature of the main executable is judged with.
struct IosSignedFiles {
  Bytes info_plist;
  Bytes code_resources;  // empty: not there
};

// `report.ios` must be there in all three.

// Fills the report's signature, signers, team, entitlements and get-task-allow.
void read_ios_signature(const parse::MachoFile& executable, const IosSignedFiles& files,
                        AppReport& report);

// Fills the report's profile from embedded.mobileprovision.
void read_provisioning_profile(Bytes file, AppReport& report);

// After both: distribution, and where binary and profile contradict each other.
void compare_with_profile(AppReport& report);

}  // namespace bartizan::detect
