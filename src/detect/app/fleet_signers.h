// The same package under another signer on other phones: one of them was changed by somebody.
#pragma once

#include <optional>
#include <span>

#include "detect/detector.h"
#include "model/app_signer.h"

namespace bartizan::detect {

// Who signed the app of an app.installed observation. Nothing: it was not told, the signature does
// not verify (it proves no signer), or the app is a part of the system image.
std::optional<AppSigner> app_signer_of(const json::object& body);

// The same signer, or one that proves to follow the other.
bool is_same_maker(const AppSigner& a, const AppSigner& b);

// Whether the phone's app is the odd one among those of `fleet`, which counts this phone too: fewer
// phones have it from this signer than from another one, or as many that were later. Signers of
// whom one proves to follow the other are one. Low when the numbers are small or a store installed
// it, else medium. What it was judged with is digested into the finding.
std::optional<Finding> find_odd_signer(const Observation& observation, const Context& context,
                                       const AppSigner& own, std::span<const FleetSigner> fleet);

}  // namespace bartizan::detect
