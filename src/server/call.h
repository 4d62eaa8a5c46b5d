// One request on its way through the router: who calls, which operation, with which path
// parameters.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "model/account.h"
#include "model/device.h"
#include "net/http.h"
#include "server/operations.h"

namespace bartizan::server {

struct Caller {
  enum class Kind { kNobody, kAdministrator, kApiToken, kDevice };
  Kind kind = Kind::kNobody;
  std::string tenant = std::string(kDefaultTenant);
  Administrator administrator;  // kAdministrator
  Session session;              // kAdministrator
  ApiToken token;               // kApiToken
  Device device;                // kDevice
  std::string serial;           // of its certificate

  // As the audit log names it: "admin:NAME", "token:NAME", "device:ID".
  std::string actor() const {
    switch (kind) {
      case Kind::kAdministrator:
        return "admin:" + administrator.name;
      case Kind::kApiToken:
        return "token:" + token.name;
      case Kind::kDevice:
        return "device:" + device.id;
      case Kind::kNobody:
        break;
    }
    return "nobody";
  }
};

struct Call {
  const net::Request& request;
  const Operation& operation;
  std::map<std::string, std::string, std::less<>> parameters;  // of the path
  Caller caller;

  const std::string& parameter(std::string_view name) const {
    return parameters.find(name)->second;
  }
  const std::string& tenant() const { return caller.tenant; }
};

}  // namespace bartizan::server
