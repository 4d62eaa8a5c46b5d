// The server's device API as the agent calls it. Nothing here decides; it speaks HTTP.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/identity.h"
#include "base/result.h"
#include "base/time.h"
#include "model/observation.h"
#include "model/policy.h"
#include "model/response.h"
#include "net/client.h"

namespace bartizan::agent {

// An enrolment address, as a QR code carries it: https://HOST:PORT/enrol#token=T&ca=SHA256HEX
struct EnrolmentAddress {
  std::string host;
  std::uint16_t port = 443;
  std::string token;
  std::string ca_sha256;  // hex, lower case
};
// kInvalid: the address is not https, or lacks its token or the digest of the CA.
Result<EnrolmentAddress> parse_enrolment_address(std::string_view text);

// What the phone says about itself when it enrols.
struct PhoneModel {
  Platform platform = Platform::kAndroid;
  std::string model;
  std::string os_version;
};

// Trades the token for a certificate. The server must prove to be of the CA the address names, and
// the CA it hands out must be that one. Without a digest in the address, a server on this machine
// is believed and any other must be known to the system's CAs. kConflict: the token was used;
// kDenied: unknown or expired.
Result<Identity> enrol(const EnrolmentAddress& address, const PhoneModel& phone, Random& random);

struct ItemResult {
  std::string id;
  std::string status;  // stored, duplicate, rejected
  std::string error;
};

// Errors of every call: kUnavailable: try again later; kDenied: the server refuses this phone;
// kInvalid or kLimit: it refuses this request.
class DeviceApi {
 public:
  // `wait`: how long an answer may take besides a long poll's own time.
  explicit DeviceApi(const Identity& identity,
                     std::chrono::milliseconds wait = std::chrono::seconds(30));

  Result<std::vector<ItemResult>> send(std::span<const Observation> observations);
  Result<std::vector<Action>> actions(std::chrono::seconds wait);
  Status post_result(const std::string& action_id, ActionState state, const std::string& detail);
  // Nothing when they are still those of the last call.
  Result<std::optional<std::vector<PolicyDocument>>> policies();
  Result<std::string> renew_certificate(const std::string& request_pem);  // the new certificate
  void cancel() { client_->cancel(); }  // from any thread, for good
  // What the server's clock showed when it last answered, to the second.
  std::optional<Timestamp> server_time() const { return server_time_; }

 private:
  Result<net::Response> call(std::string_view method, const std::string& target,
                             std::string body = {}, std::vector<net::Header> headers = {});

  std::unique_ptr<net::HttpClient> client_;
  std::string policies_tag_;
  std::optional<Timestamp> server_time_;
};

inline constexpr std::chrono::seconds kLongestPoll{60};

}  // namespace bartizan::agent
