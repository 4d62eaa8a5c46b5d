// An iOS configuration profile (.mobileconfig): what installing it would change, and who says so.
// Source: Apple, "Configuration Profile Reference" and "Device Management" (payload types and
// keys).
//
// Anomalies, besides those of the parsers: profile.signature_broken profile.encrypted
// profile.bad_certificate profile.limit
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/byte_reader.h"
#include "base/json.h"
#include "base/result.h"
#include "parse/anomaly.h"
#include "parse/apksig/types.h"
#include "parse/x509/types.h"

namespace bartizan::detect {

inline constexpr std::size_t kMaxPayloads = 256;
inline constexpr std::size_t kMaxProfileItems = 64;  // of each list below

struct ConfigurationProfile {
  std::uint64_t size = 0;
  std::string sha256;  // of the file, hex
  std::string identifier;
  std::string uuid;
  std::string display_name;
  std::string organization;
  std::string description;
  bool removal_disallowed = false;  // flag or removal password
  bool encrypted = false;           // for one phone: what is inside cannot be read

  std::vector<std::string> payload_types;        // each once, sorted
  std::vector<parse::Certificate> certificates;  // that the phone would trust as authorities
  std::vector<std::string> proxies;              // "host:port" or the address of a PAC file
  std::vector<std::string> vpn_servers;
  std::vector<std::string> dns_servers;
  std::string mdm_server;        // who would manage the phone
  std::string enrolment_server;  // where the phone would fetch more settings from
  std::vector<std::string> wifi_networks;
  std::vector<std::string> web_clips;     // addresses of icons on the home screen
  std::vector<std::string> restrictions;  // keys that are set

  parse::SignatureVerdict signature = parse::SignatureVerdict::kUnsigned;
  std::vector<parse::Certificate> signers;  // claimed, not proven, unless verified
  bool signer_anchored = false;             // leads to Apple; unknown otherwise

  std::vector<parse::Anomaly> anomalies;
  bool truncated = false;
};

// By its start: a signed message, or a property list in XML.
bool looks_like_configuration_profile(Bytes file);

// kInvalid: no configuration profile.
Result<ConfigurationProfile> read_configuration_profile(Bytes file);

// The body of a profile.installed observation.
json::object profile_observation_body(const ConfigurationProfile& profile);

}  // namespace bartizan::detect
