// An iOS app package (IPA) read whole.
//
// Anomalies, besides those of the parsers: ios.several_apps ios.unreadable_info_plist
// ios.no_executable ios.unreadable_executable ios.profile_signature_broken ios.unreadable_profile
// ios.signer_not_in_profile ios.entitlement_beyond_profile ios.unproven_store_signer
// ios.library_outside_bundle ios.missing_library ios.foreign_library ios.hooking_library ios.limit
//
// Errors of the signature: pages_changed entitlements_changed info_plist_changed
// code_resources_changed ad_hoc cms_invalid
#pragma once

#include <cstddef>

#include "detect/app/report.h"
#include "intel/content.h"
#include "parse/zip/types.h"

namespace bartizan::detect {

inline constexpr std::size_t kMaxMachoBytes = 512 << 20;  // of one executable, inflated
inline constexpr std::size_t kMaxAllMachoBytes = 1 << 30;
inline constexpr std::size_t kMaxMachoFiles = 500;

// Payload/NAME.app/Info.plist is there.
bool looks_like_ipa(const parse::ZipArchive& archive);

// The report of an archive that looks like an IPA, with `ios` filled. A damaged or hostile one is
// a report with anomalies. Every entry that matters is inflated once; time and memory are bounded
// by the file and the limits above.
AppReport scan_ipa(const parse::ZipArchive& archive, const intel::Content& content,
                   const intel::YaraLimits& yara = {});

}  // namespace bartizan::detect
