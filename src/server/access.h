// Who calls, and whether the operations table admits them.
#pragma once

#include <optional>
#include <string>

#include "base/time.h"
#include "server/call.h"
#include "store/store.h"

namespace bartizan::server {

inline constexpr std::string_view kSessionCookie = "__Host-bartizan";
inline constexpr Duration kSessionIdle = std::chrono::minutes(30);
inline constexpr Duration kSessionAbsolute = std::chrono::hours(12);

class AccessControl {
 public:
  AccessControl(store::Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  // Fills call.caller, or gives the answer that refuses: 401 (nobody known), 403 (role, scope, CSRF
  // token, revoked certificate), 503 (the store cannot say).
  std::optional<net::Response> admit(Call& call) const;

 private:
  std::optional<net::Response> admit_session(Call& call, std::string_view cookie) const;
  std::optional<net::Response> admit_token(Call& call, std::string_view token) const;
  std::optional<net::Response> admit_device(Call& call) const;
  void end_older(std::string_view tenant, const DeviceCertificate& used) const;

  store::Store& store_;
  const Clock& clock_;
};

// True when `session` may still be used at `now`.
bool is_live(const Session& session, Timestamp now);

}  // namespace bartizan::server
