// What an iOS app package (IPA) says beside what every app has, as plain facts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "parse/plist/types.h"

namespace bartizan::detect {

// By whom the app may be installed. Unknown where the package does not prove it.
enum class IosDistribution { kUnknown, kAppStore, kEnterprise, kAdHoc, kDevelopment };
std::string_view to_string(IosDistribution value);  // "unknown", "app_store", "enterprise", ...

struct ProvisioningProfile {
  std::string name;
  std::string uuid;
  std::string team;       // identifier
  std::string team_name;  // as the profile says
  std::optional<Timestamp> expires;
  bool all_devices = false;     // enterprise
  std::size_t devices = 0;      // named one by one
  bool verified = false;        // its signature is right; whose it is, is `signer`
  bool apple_anchored = false;  // and leads to Apple
  std::string signer;
  std::vector<std::string> certificates;  // SHA-256 of those that may sign the app
  parse::PlistValue entitlements;
};

struct IosFacts {
  bool has_info_plist = false;  // false: the texts and lists below are not known
  std::string bundle_id;
  std::string label;
  std::string version_name;
  std::string build;
  std::string min_os;
  std::vector<std::string> device_families;  // "iphone", "ipad", "tv", "watch", "vision"
  std::vector<std::string> url_schemes;
  std::vector<std::string> usage_descriptions;  // keys: what the app will ask for
  std::vector<std::string> background_modes;
  bool arbitrary_loads = false;          // App Transport Security is off for all hosts
  std::vector<std::string> ats_domains;  // hosts with an exception from it

  bool signer_anchored = false;  // the signer's certificate leads to Apple
  std::string team;
  std::string cd_hash;
  bool store_encrypted = false;
  std::optional<parse::PlistValue> entitlements;  // of the executable
  std::optional<bool> get_task_allow;             // a debugger may attach
  std::optional<ProvisioningProfile> profile;
  IosDistribution distribution = IosDistribution::kUnknown;
  std::vector<std::string> entitlements_beyond_profile;
  bool has_executable = false;          // false: what the code links and imports is not known
  std::vector<std::string> frameworks;  // of the system, that code in the bundle links: "Contacts"
  // Libraries that neither the system nor the app's own team provides.
  std::vector<std::string> injected_libraries;
};

}  // namespace bartizan::detect
