#include "model/enums.h"

#include <array>

#include "model/problem.h"

namespace bartizan {
namespace {

template <typename E>
struct Spelling;

// Declares the spellings of an enum in the order of its values, and with them both directions.
#define BARTIZAN_SPELLINGS(E, ...)                                                 \
  template <>                                                                      \
  struct Spelling<E> {                                                             \
    static constexpr auto kNames = std::to_array<std::string_view>({__VA_ARGS__}); \
  }

BARTIZAN_SPELLINGS(Severity, "informational", "low", "medium", "high", "critical");
BARTIZAN_SPELLINGS(Risk, "secured", "low", "medium", "high");
BARTIZAN_SPELLINGS(ProtectionState, "pending", "active", "degraded", "inactive", "tampered");
BARTIZAN_SPELLINGS(Platform, "android", "ios");
BARTIZAN_SPELLINGS(Ownership, "corporate", "personal");
BARTIZAN_SPELLINGS(PrivacyTier, "corporate", "byod", "minimal");
BARTIZAN_SPELLINGS(ProblemState, "open", "resolved");
BARTIZAN_SPELLINGS(AlertState, "open", "acknowledged", "resolved", "false_positive");
BARTIZAN_SPELLINGS(PolicyMode, "audit", "warn", "enforce");
BARTIZAN_SPELLINGS(ActionKind, "notify_user", "ask_remove_app", "block_app", "block_domain",
                   "disconnect_network", "require_update", "restrict_access", "lock");
BARTIZAN_SPELLINGS(Carrier, "agent", "mdm", "identity_provider", "nobody");
BARTIZAN_SPELLINGS(ActionState, "queued", "sent", "done", "failed", "cancelled", "impossible");
BARTIZAN_SPELLINGS(Role, "viewer", "analyst", "admin");
BARTIZAN_SPELLINGS(AppVerdict, "clean", "suspicious", "malicious");
BARTIZAN_SPELLINGS(DeviceState, "enrolled", "lost", "replaced", "left");
BARTIZAN_SPELLINGS(ProblemChange, "opened", "reopened", "seen_again", "resolved");
#undef BARTIZAN_SPELLINGS

template <typename E>
std::string_view spelling(E value) {
  return Spelling<E>::kNames[static_cast<std::size_t>(value)];
}

}  // namespace

template <typename E>
std::optional<E> parse_enum(std::string_view text) {
  for (std::size_t i = 0; i < Spelling<E>::kNames.size(); ++i) {
    if (Spelling<E>::kNames[i] == text) return static_cast<E>(i);
  }
  return std::nullopt;
}

#define BARTIZAN_ENUM(E)                                          \
  std::string_view to_string(E value) { return spelling(value); } \
  template std::optional<E> parse_enum<E>(std::string_view text);
BARTIZAN_ENUM(Severity)
BARTIZAN_ENUM(Risk)
BARTIZAN_ENUM(ProtectionState)
BARTIZAN_ENUM(Platform)
BARTIZAN_ENUM(Ownership)
BARTIZAN_ENUM(PrivacyTier)
BARTIZAN_ENUM(ProblemState)
BARTIZAN_ENUM(AlertState)
BARTIZAN_ENUM(PolicyMode)
BARTIZAN_ENUM(ActionKind)
BARTIZAN_ENUM(Carrier)
BARTIZAN_ENUM(ActionState)
BARTIZAN_ENUM(Role)
BARTIZAN_ENUM(AppVerdict)
BARTIZAN_ENUM(DeviceState)
BARTIZAN_ENUM(ProblemChange)
#undef BARTIZAN_ENUM

}  // namespace bartizan
