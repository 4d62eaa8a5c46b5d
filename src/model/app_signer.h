// Who signed an app that is on a phone, kept to see that another phone has it from somebody else.
#pragma once

#include <string>

#include "base/time.h"

namespace bartizan {

struct AppSigner {
  // SHA-256 of the certificate, hex; of several, sorted and with "," between them.
  std::string signer;
  // Likewise, of the certificates whose keys it proves to follow.
  std::string past;

  bool operator==(const AppSigner&) const = default;
};

// A signer of a package on the phones of a tenant.
struct FleetSigner {
  AppSigner signer;
  int phones = 0;  // enrolled ones; at most kMostCountedPhones
  Timestamp first_seen;

  bool operator==(const FleetSigner&) const = default;
};

inline constexpr int kMostCountedPhones = 100;

}  // namespace bartizan
