// Tenants, people and the phones they carry.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "model/enums.h"

namespace bartizan {

inline constexpr std::string_view kDefaultTenant = "default";

struct Device {
  std::string id;
  std::string name;    // given at enrolment: "Ada's Pixel"
  std::string person;  // who carries it; free text until a directory is connected
  std::string group;   // policy group
  Platform platform = Platform::kAndroid;
  Ownership ownership = Ownership::kCorporate;
  PrivacyTier tier = PrivacyTier::kCorporate;
  DeviceState state = DeviceState::kEnrolled;
  std::string model;
  std::string os_version;
  std::string patch_level;  // YYYY-MM-DD, empty: unknown
  std::string agent_version;
  Risk risk =
      Risk::kSecured;  // of open problems; meaningful only when protection is active or degraded
  ProtectionState protection = ProtectionState::kPending;
  std::string protection_reason;  // one sentence, empty when active
  std::vector<std::string>
      degraded;  // what the agent says it cannot watch: "permission:location", "sensor:network"
  bool tampered = false;
  std::int64_t last_sequence = 0;  // highest stored
  // Of the newest device.state and agent.health; older ones are history. The store's alone, not in
  // the JSON form.
  std::int64_t state_sequence = 0;
  std::int64_t health_sequence = 0;
  std::int64_t sequence_gaps = 0;
  Timestamp enrolled_at;
  std::optional<Timestamp> last_seen;

  bool operator==(const Device&) const = default;
};

json::object to_json(const Device& device);
Result<Device> device_from_json(const json::object& object);

}  // namespace bartizan
