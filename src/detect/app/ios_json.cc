#include "detect/app/ios_json.h"

#include <sstream>
#include <vector>

#include "parse/anomaly.h"

namespace bartizan::detect {
namespace {

json::array texts(const std::vector<std::string>& values) {
  json::array out;
  for (const std::string& value : values) out.emplace_back(parse::printable(value));
  return out;
}

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value() : json::value(parse::printable(text));
}

json::object profile_json(const ProvisioningProfile& profile) {
  return {{"name", text_or_null(profile.name)},
          {"uuid", text_or_null(profile.uuid)},
          {"team", text_or_null(profile.team)},
          {"team_name", text_or_null(profile.team_name)},
          {"expires", profile.expires ? json::value(to_rfc3339(*profile.expires)) : json::value()},
          {"all_devices", profile.all_devices},
          {"devices", profile.devices},
          {"verified", profile.verified},
          {"apple_anchored", profile.apple_anchored},
          {"signer", text_or_null(profile.signer)}};
}

}  // namespace

json::object ios_json(const IosFacts& ios) {
  std::vector<std::string> entitlements;
  if (ios.entitlements) {
    for (const parse::PlistEntry& entry : ios.entitlements->entries)
      entitlements.push_back(entry.key);
  }
  return {{"build", text_or_null(ios.build)},
          {"min_os", text_or_null(ios.min_os)},
          {"device_families", texts(ios.device_families)},
          {"url_schemes", texts(ios.url_schemes)},
          {"background_modes", texts(ios.background_modes)},
          {"arbitrary_loads", ios.arbitrary_loads},
          {"ats_domains", texts(ios.ats_domains)},
          {"distribution", to_string(ios.distribution)},
          {"team", text_or_null(ios.team)},
          {"cd_hash", text_or_null(ios.cd_hash)},
          {"signer_anchored", ios.signer_anchored},
          {"store_encrypted", ios.store_encrypted},
          {"get_task_allow", ios.get_task_allow ? json::value(*ios.get_task_allow) : json::value()},
          {"entitlements", texts(entitlements)},
          {"entitlements_beyond_profile", texts(ios.entitlements_beyond_profile)},
          {"injected_libraries", texts(ios.injected_libraries)},
          {"profile", ios.profile ? json::value(profile_json(*ios.profile)) : json::value()}};
}

std::string ios_text(const IosFacts& ios) {
  std::ostringstream out;
  if (ios.has_info_plist) {
    out << "  " << parse::printable(ios.bundle_id);
    if (!ios.version_name.empty()) out << " " << parse::printable(ios.version_name);
    if (!ios.label.empty()) out << " \"" << parse::printable(ios.label) << "\"";
    out << "\n";
  } else {
    out << "  the Info.plist could not be read\n";
  }
  out << "  iOS";
  if (!ios.min_os.empty()) out << " " << parse::printable(ios.min_os) << " or newer";
  out << ", distribution " << to_string(ios.distribution);
  if (!ios.team.empty()) out << ", team " << parse::printable(ios.team);
  out << "\n";
  if (ios.profile) {
    out << "  provisioning profile \"" << parse::printable(ios.profile->name) << "\"";
    if (ios.profile->expires) out << " until " << to_rfc3339(*ios.profile->expires);
    out << "\n";
  }
  return std::move(out).str();
}

}  // namespace bartizan::detect
