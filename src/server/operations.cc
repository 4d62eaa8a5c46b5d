#include "server/operations.h"

#include <array>

namespace bartizan::server {
namespace {

using enum Listener;
using enum Access;

// One operation a line, so that it reads as the table it is.
// clang-format off
constexpr auto kOperations = std::to_array<Operation>({
    {"getHealth", "GET", "/healthz", kPeople, kPublic, "none"},
    {"getReadiness", "GET", "/readyz", kPeople, kPublic, "none"},
    {"getMetrics", "GET", "/metrics", kPeople, kPublic, "none"},
    {"login", "POST", "/v1/login", kPeople, kPublic, "none"},
    {"logout", "POST", "/v1/logout", kPeople, kViewer, "none"},
    {"getSession", "GET", "/v1/session", kPeople, kViewer, "none"},
    {"changePassword", "POST", "/v1/session/password", kPeople, kViewer, "none"},
    {"startTotp", "POST", "/v1/session/totp", kPeople, kViewer, "none"},
    {"confirmTotp", "POST", "/v1/session/totp/confirm", kPeople, kViewer, "none"},
    {"getOverview", "GET", "/v1/overview", kPeople, kViewer, "devices:read"},
    {"listDevices", "GET", "/v1/devices", kPeople, kViewer, "devices:read", "risk protection platform group q include_retired limit cursor"},
    {"getDevice", "GET", "/v1/devices/{id}", kPeople, kViewer, "devices:read"},
    {"listDeviceProblems", "GET", "/v1/devices/{id}/problems", kPeople, kViewer, "devices:read"},
    {"listDeviceFindings", "GET", "/v1/devices/{id}/findings", kPeople, kViewer, "devices:read", "limit cursor"},
    {"listDeviceObservations", "GET", "/v1/devices/{id}/observations", kPeople, kViewer, "devices:read", "limit cursor"},
    {"listDeviceActions", "GET", "/v1/devices/{id}/actions", kPeople, kViewer, "devices:read", "limit cursor"},
    {"listDeviceDecisions", "GET", "/v1/devices/{id}/decisions", kPeople, kViewer, "devices:read", "limit cursor"},
    {"getDeviceTimeline", "GET", "/v1/devices/{id}/timeline", kPeople, kViewer, "devices:read", "limit"},
    {"markDeviceLost", "POST", "/v1/devices/{id}/lost", kPeople, kAnalyst, "devices:write"},
    {"markDeviceReplaced", "POST", "/v1/devices/{id}/replaced", kPeople, kAnalyst, "devices:write"},
    {"markDeviceLeft", "POST", "/v1/devices/{id}/left", kPeople, kAnalyst, "devices:write"},
    {"listAlerts", "GET", "/v1/alerts", kPeople, kViewer, "alerts:read", "state min_severity threat device_id q limit cursor"},
    {"getAlert", "GET", "/v1/alerts/{id}", kPeople, kViewer, "alerts:read"},
    {"changeAlert", "PATCH", "/v1/alerts/{id}", kPeople, kAnalyst, "alerts:write"},
    {"listThreats", "GET", "/v1/threats", kPeople, kViewer, "alerts:read"},
    {"getThreat", "GET", "/v1/threats/{id}", kPeople, kViewer, "alerts:read"},
    {"listPolicies", "GET", "/v1/policies", kPeople, kViewer, "policies:read"},
    {"getPolicy", "GET", "/v1/policies/{id}", kPeople, kViewer, "policies:read"},
    {"putPolicy", "PUT", "/v1/policies/{id}", kPeople, kAdmin, "policies:write"},
    {"setRuleMode", "POST", "/v1/policies/{id}/rules/{rule}/mode", kPeople, kAdmin, "policies:write"},
    {"listEnrolmentTokens", "GET", "/v1/enrolment-tokens", kPeople, kAnalyst, "enrolment:write", "limit cursor"},
    {"createEnrolmentToken", "POST", "/v1/enrolment-tokens", kPeople, kAnalyst, "enrolment:write"},
    {"getEnrolmentToken", "GET", "/v1/enrolment-tokens/{id}", kPeople, kAnalyst, "enrolment:write"},
    {"listConnectors", "GET", "/v1/connectors", kPeople, kViewer, "connectors:read"},
    {"listAudit", "GET", "/v1/audit", kPeople, kAnalyst, "audit:read", "limit cursor"},
    {"listApiTokens", "GET", "/v1/api-tokens", kPeople, kAdmin, "none"},
    {"createApiToken", "POST", "/v1/api-tokens", kPeople, kAdmin, "none"},
    {"revokeApiToken", "DELETE", "/v1/api-tokens/{id}", kPeople, kAdmin, "none"},
    {"listAdministrators", "GET", "/v1/administrators", kPeople, kAdmin, "none"},
    {"createAdministrator", "POST", "/v1/administrators", kPeople, kAdmin, "none"},
    {"changeAdministrator", "PATCH", "/v1/administrators/{id}", kPeople, kAdmin, "none"},
    {"removeAdministrator", "DELETE", "/v1/administrators/{id}", kPeople, kAdmin, "none"},
    {"listApps", "GET", "/v1/apps", kPeople, kViewer, "apps:read", "verdict q limit cursor"},
    {"scanApp", "POST", "/v1/apps", kPeople, kAnalyst, "apps:write", "installer"},
    {"getApp", "GET", "/v1/apps/{sha256}", kPeople, kViewer, "apps:read"},
    {"checkLinks", "POST", "/v1/check/links", kPeople, kViewer, "check:links"},
    {"checkMessages", "POST", "/v1/check/messages", kPeople, kViewer, "check:links"},
    {"enrol", "POST", "/v1/enrol", kEnrolment, kPublic, "none"},
    {"sendObservations", "POST", "/v1/device/observations", kDevices, kDevice, "none"},
    {"fetchActions", "GET", "/v1/device/actions", kDevices, kDevice, "none", "wait"},
    {"reportActionResult", "POST", "/v1/device/actions/{id}/result", kDevices, kDevice, "none"},
    {"fetchPolicy", "GET", "/v1/device/policy", kDevices, kDevice, "none"},
    {"renewCertificate", "POST", "/v1/device/certificate", kDevices, kDevice, "none"},
});
// clang-format on

constexpr auto kScopes = std::to_array<std::string_view>(
    {"devices:read", "devices:write", "alerts:read", "alerts:write", "policies:read",
     "policies:write", "enrolment:write", "connectors:read", "audit:read", "check:links",
     "apps:read", "apps:write"});

}  // namespace

std::span<const Operation> operations() { return kOperations; }
std::span<const std::string_view> scopes() { return kScopes; }

std::string_view to_string(Listener listener) {
  switch (listener) {
    case kPeople:
      return "people";
    case kDevices:
      return "devices";
    case kEnrolment:
      return "enrolment";
  }
  return "";
}

std::string_view to_string(Access access) {
  switch (access) {
    case kPublic:
      return "public";
    case kViewer:
      return "viewer";
    case kAnalyst:
      return "analyst";
    case kAdmin:
      return "admin";
    case kDevice:
      return "device";
  }
  return "";
}

}  // namespace bartizan::server
