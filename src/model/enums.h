// The closed vocabularies of the product, each with its one spelling on the wire, in the store and
// in content.
#pragma once

#include <optional>
#include <string_view>

namespace bartizan {

enum class Severity { kInformational, kLow, kMedium, kHigh, kCritical };
// What MDMs understand. Derived from open problems alone.
enum class Risk { kSecured, kLow, kMedium, kHigh };
// Whether the phone is watched at all. A silent phone is not a secured one.
enum class ProtectionState { kPending, kActive, kDegraded, kInactive, kTampered };
enum class Platform { kAndroid, kIos };
enum class Ownership { kCorporate, kPersonal };
// How much a phone may tell; each has its own wire schema (content/observations/).
enum class PrivacyTier { kCorporate, kByod, kMinimal };
enum class ProblemState { kOpen, kResolved };
enum class AlertState { kOpen, kAcknowledged, kResolved, kFalsePositive };
enum class PolicyMode { kAudit, kWarn, kEnforce };
enum class ActionKind {
  kNotifyUser,
  kAskRemoveApp,
  kBlockApp,
  kBlockDomain,
  kDisconnectNetwork,
  kRequireUpdate,
  kRestrictAccess,
  kLock,
};
// Who carries an action out. kNobody: no channel of this installation can, and people are told so.
enum class Carrier { kAgent, kMdm, kIdentityProvider, kNobody };
enum class ActionState { kQueued, kSent, kDone, kFailed, kCancelled, kImpossible };
enum class Role { kViewer, kAnalyst, kAdmin };
// Of an app package: no finding, none above medium, one of high or critical severity.
enum class AppVerdict { kClean, kSuspicious, kMalicious };
enum class DeviceState { kEnrolled, kLost, kReplaced, kLeft };

// For each enum E: to_string(E) and parse_enum<E>(text), which gives nothing for an unknown
// spelling.
std::string_view to_string(Severity value);
std::string_view to_string(Risk value);
std::string_view to_string(ProtectionState value);
std::string_view to_string(Platform value);
std::string_view to_string(Ownership value);
std::string_view to_string(PrivacyTier value);
std::string_view to_string(ProblemState value);
std::string_view to_string(AlertState value);
std::string_view to_string(PolicyMode value);
std::string_view to_string(ActionKind value);
std::string_view to_string(Carrier value);
std::string_view to_string(ActionState value);
std::string_view to_string(Role value);
std::string_view to_string(AppVerdict value);
std::string_view to_string(DeviceState value);

template <typename E>
std::optional<E> parse_enum(std::string_view text);

}  // namespace bartizan
