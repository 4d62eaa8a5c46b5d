#include "agent/core/device_api.h"

#include <algorithm>

#include "detect/detector.h"
#include "net/http_date.h"

namespace bartizan::agent {
namespace {

constexpr std::size_t kMaxAnswerBytes = 4 << 20;

Error unexpected(std::string_view what) {
  return {ErrorCode::kUnavailable, "the server's answer is not understood: " + std::string(what)};
}

ErrorCode code_for(int status) {
  switch (status) {
    case 401:
    case 403:
      return ErrorCode::kDenied;
    case 404:
      return ErrorCode::kNotFound;
    case 409:
      return ErrorCode::kConflict;
    case 413:
      return ErrorCode::kLimit;
    default:
      return status == 429 || status == 408 || status / 100 != 4 ? ErrorCode::kUnavailable
                                                                 : ErrorCode::kInvalid;
  }
}

// The problem document's sentence, if the answer is one.
Error error_of(const net::Response& response) {
  std::string message = "the server answered " + std::to_string(response.status);
  if (const auto body = parse_json_object(response.body); body.ok()) {
    if (const auto detail = get_string(*body, "detail")) {
      message += ": " + std::string(detail->substr(0, 200));
    }
  }
  return {code_for(response.status), message};
}

std::string text_of(const json::object& object, std::string_view key) {
  return std::string(get_string(object, key).value_or(""));
}

Result<Identity> identity_from_answer(const json::object& answer, const PhoneModel& phone) {
  Identity identity;
  identity.device.id = text_of(answer, "device_id");
  identity.device.name = text_of(answer, "name");
  identity.device.group = text_of(answer, "group");
  const auto tier = parse_enum<PrivacyTier>(text_of(answer, "tier"));
  const auto ownership = parse_enum<Ownership>(text_of(answer, "ownership"));
  // Without a known tier nothing may be sent: guessing one could tell too much.
  if (!tier || !ownership) return unexpected("tier or ownership");
  identity.device.tier = *tier;
  identity.device.ownership = *ownership;
  identity.device.platform = phone.platform;
  identity.device.model = phone.model;
  identity.device.os_version = phone.os_version;
  identity.device.agent_version = detect::kEngineVersion;
  identity.tenant = text_of(answer, "tenant");
  identity.devices_url = text_of(answer, "devices_url");
  identity.certificate_pem = text_of(answer, "certificate_pem");
  identity.ca_pem = text_of(answer, "ca_pem");
  const auto url = net::parse_server_url(identity.devices_url);
  if (identity.device.id.empty() || !url.ok() || !url->tls) return unexpected("devices_url");
  return identity;
}

}  // namespace

Result<EnrolmentAddress> parse_enrolment_address(std::string_view text) {
  const std::size_t hash = text.find('#');
  BARTIZAN_ASSIGN(const net::ServerUrl url, net::parse_server_url(text.substr(0, hash)));
  EnrolmentAddress out{.host = url.host, .port = url.port};
  if (!url.tls) return Error{ErrorCode::kInvalid, "an enrolment address begins with https://"};
  std::string_view fragment = hash == std::string_view::npos ? "" : text.substr(hash + 1);
  while (!fragment.empty()) {
    const std::size_t end = std::min(fragment.find('&'), fragment.size());
    const std::string_view pair = fragment.substr(0, end);
    fragment.remove_prefix(std::min(end + 1, fragment.size()));
    if (pair.starts_with("token=")) out.token = pair.substr(6);
    if (pair.starts_with("ca=")) out.ca_sha256 = pair.substr(3);
  }
  std::transform(out.ca_sha256.begin(), out.ca_sha256.end(), out.ca_sha256.begin(),
                 [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c; });
  const auto digest = unhex(out.ca_sha256);
  if (!out.ca_sha256.empty() && (!digest.ok() || digest->size() != 32)) {
    return Error{ErrorCode::kInvalid, "ca must be the SHA-256 of the server's CA, in hex"};
  }
  return out;
}

Result<Identity> enrol(const EnrolmentAddress& address, const PhoneModel& phone, Random& random) {
  if (address.token.empty()) return Error{ErrorCode::kInvalid, "enrolment needs a token"};
  const bool pinned = !address.ca_sha256.empty();
  const bool on_this_machine =
      address.host == "localhost" || address.host == "127.0.0.1" || address.host == "::1";
  BARTIZAN_ASSIGN(const std::string key, new_private_key_pem());
  BARTIZAN_ASSIGN(const std::string request, make_certificate_request(key));
  const json::object body{{"token", address.token},
                          {"csr_pem", request},
                          {"platform", to_string(phone.platform)},
                          {"model", phone.model},
                          {"os_version", phone.os_version},
                          {"agent_version", detect::kEngineVersion}};
  const auto client = net::HttpClient::make(
      {.host = address.host,
       .port = address.port,
       .tls = net::ClientTls{.any_loopback_server = !pinned && on_this_machine,
                             .pinned_ca_sha256 = address.ca_sha256},
       .max_response_bytes = kMaxAnswerBytes});
  BARTIZAN_ASSIGN(const net::Response response,
                  client->request("POST", "/v1/enrol", json::serialize(body),
                                  {{"Content-Type", "application/json"}}));
  if (response.status != 201) return error_of(response);
  BARTIZAN_ASSIGN(const json::object answer, parse_json_object(response.body));
  BARTIZAN_ASSIGN(Identity identity, identity_from_answer(answer, phone));
  BARTIZAN_ASSIGN(const std::string digest, certificate_digest(identity.ca_pem));
  if (pinned && digest != address.ca_sha256) {
    return Error{ErrorCode::kDenied, "the server handed out another CA than the address names"};
  }
  identity.private_key_pem = key;
  identity.reference_key.resize(32);
  random.fill({reinterpret_cast<std::uint8_t*>(identity.reference_key.data()),
               identity.reference_key.size()});
  return identity;
}

DeviceApi::DeviceApi(const Identity& identity, std::chrono::milliseconds wait) {
  const net::ServerUrl url = net::parse_server_url(identity.devices_url).value_or({});
  client_ = net::HttpClient::make({
      .host = url.host,
      .port = url.port,
      .tls = net::ClientTls{.ca_pem = identity.ca_pem,
                            .certificate_pem = identity.certificate_pem,
                            .private_key_pem = identity.private_key_pem},
      .request_timeout = wait + kLongestPoll,
      .max_response_bytes = kMaxAnswerBytes,
  });
}

Result<net::Response> DeviceApi::call(std::string_view method, const std::string& target,
                                      std::string body, std::vector<net::Header> headers) {
  if (!body.empty()) headers.push_back({"Content-Type", "application/json"});
  BARTIZAN_ASSIGN(net::Response response,
                  client_->request(method, target, std::move(body), std::move(headers)));
  if (const auto date = net::parse_http_date(response.header("date").value_or("")); date.ok())
    server_time_ = *date;
  if (response.status != 200 && response.status != 304) return error_of(response);
  return response;
}

Result<std::vector<ItemResult>> DeviceApi::send(std::span<const Observation> observations) {
  json::array items;
  for (const Observation& observation : observations) items.push_back(to_json(observation));
  const json::object body{{"observations", std::move(items)}};
  BARTIZAN_ASSIGN(const net::Response response,
                  call("POST", "/v1/device/observations", json::serialize(body)));
  const auto answer = parse_json_object(response.body);
  const json::array* results = answer.ok() ? get_array(*answer, "results") : nullptr;
  if (results == nullptr) return unexpected("results");
  std::vector<ItemResult> out;
  for (const json::value& item : *results) {
    if (!item.is_object()) return unexpected("results");
    out.push_back({text_of(item.get_object(), "id"), text_of(item.get_object(), "status"),
                   text_of(item.get_object(), "error")});
  }
  return out;
}

Result<std::vector<Action>> DeviceApi::actions(std::chrono::seconds wait) {
  wait = std::clamp(wait, std::chrono::seconds(0), kLongestPoll);
  BARTIZAN_ASSIGN(const net::Response response,
                  call("GET", "/v1/device/actions?wait=" + std::to_string(wait.count())));
  const auto answer = parse_json_object(response.body);
  const json::array* actions = answer.ok() ? get_array(*answer, "actions") : nullptr;
  if (actions == nullptr) return unexpected("actions");
  std::vector<Action> out;
  for (const json::value& item : *actions) {
    if (!item.is_object()) return unexpected("actions");
    BARTIZAN_ASSIGN(Action action, action_from_json(item.get_object()));
    out.push_back(std::move(action));
  }
  return out;
}

Status DeviceApi::post_result(const std::string& action_id, ActionState state,
                              const std::string& detail) {
  const json::object body{{"state", to_string(state)}, {"detail", detail}};
  const auto response =
      call("POST", "/v1/device/actions/" + action_id + "/result", json::serialize(body));
  return response.ok() ? Status() : response.error();
}

Result<std::optional<std::vector<PolicyDocument>>> DeviceApi::policies() {
  std::vector<net::Header> headers;
  if (!policies_tag_.empty()) headers.push_back({"If-None-Match", policies_tag_});
  BARTIZAN_ASSIGN(const net::Response response, call("GET", "/v1/device/policy", {}, headers));
  if (response.status == 304) return std::optional<std::vector<PolicyDocument>>();
  const auto answer = parse_json_object(response.body);
  const json::array* policies = answer.ok() ? get_array(*answer, "policies") : nullptr;
  if (policies == nullptr) return unexpected("policies");
  std::vector<PolicyDocument> out;
  for (const json::value& item : *policies) {
    if (!item.is_object()) return unexpected("policies");
    const json::object& policy = item.get_object();
    out.push_back({.id = text_of(policy, "id"),
                   .version = static_cast<int>(get_int(policy, "version").value_or(1)),
                   .source = text_of(policy, "source")});
  }
  policies_tag_ = response.header("etag").value_or("");
  return std::optional(std::move(out));
}

Result<std::string> DeviceApi::renew_certificate(const std::string& request_pem) {
  BARTIZAN_ASSIGN(const net::Response response,
                  call("POST", "/v1/device/certificate",
                       json::serialize(json::object{{"csr_pem", request_pem}})));
  const auto answer = parse_json_object(response.body);
  std::string certificate = answer.ok() ? text_of(*answer, "certificate_pem") : "";
  if (certificate.empty()) return unexpected("certificate_pem");
  return certificate;
}

}  // namespace bartizan::agent
