// A server for tests alone that speaks the device API over real TLS and remembers every byte it
// got.
#pragma once

#include <algorithm>
#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "agent/core/device_api.h"
#include "base/json.h"
#include "net/server.h"
#include "net/test_certificates.h"

namespace bartizan::agent {

class FakeDeviceServer {
 public:
  FakeDeviceServer() { start(); }

  // The same CA, device and ports again.
  void start() {
    const auto identity = authority.issue("server", "IP:127.0.0.1");
    const std::string chain = identity.certificate_pem + authority.certificate_pem();
    enrolment_ = net::Server::start({.port = enrolment_port_,
                                     .tls = net::ServerTls{chain, identity.private_key_pem, ""}},
                                    [this](const net::Request& request, net::Responder respond) {
                                      respond(enrol(request));
                                    })
                     .value();
    devices_ =
        net::Server::start(
            {.port = port_,
             .tls = net::ServerTls{chain, identity.private_key_pem, authority.certificate_pem()}},
            [this](const net::Request& request, net::Responder respond) {
              respond(handle(request));
            })
            .value();
    port_ = devices_->port();
    enrolment_port_ = enrolment_->port();
  }
  void stop() {
    enrolment_.reset();
    devices_.reset();
  }

  EnrolmentAddress address() const {
    return {.host = "127.0.0.1",
            .port = enrolment_port_,
            .token = "one-time-token",
            .ca_sha256 = authority.certificate_sha256()};
  }

  // Everything any request carried: target, headers, body.
  std::string everything() const {
    const std::lock_guard lock(mutex);
    return everything_;
  }
  std::vector<json::object> observations() const {
    const std::lock_guard lock(mutex);
    return observations_;
  }

  const net::TestAuthority authority;
  mutable std::mutex mutex;  // of what follows
  PrivacyTier tier = PrivacyTier::kCorporate;
  std::string group = "corporate";
  bool token_used = false;
  std::atomic<int> refuse_with = 0;  // answers every device request with this status
  std::function<std::string(const json::object&)> status_of = [](const json::object&) {
    return "stored";
  };
  std::function<bool(const json::object&)> spoils_batch = [](const json::object&) { return false; };
  std::vector<Action> actions;
  int fail_fetches = 0;  // answers so many requests for actions with 503
  std::vector<std::pair<std::string, std::string>> results;  // action id, state
  int fail_results = 0;                                      // answer so many results with 503
  std::vector<PolicyDocument> policies;
  std::string last_peer;
  int renewals = 0;

 private:
  net::Response enrol(const net::Request& request) {
    const std::lock_guard lock(mutex);
    remember(request);
    if (std::exchange(token_used, true)) return net::problem_response(409, "Conflict", "Used.");
    const auto body = parse_json_object(request.body).value();
    const json::object answer{
        {"device_id", "0192f5a0-0000-7000-8000-000000000001"},
        {"tenant", "default"},
        {"certificate_pem", authority.sign(std::string(get_string(body, "csr_pem").value()), "d1")},
        {"ca_pem", authority.certificate_pem()},
        {"devices_url", "https://127.0.0.1:" + std::to_string(port_)},
        {"tier", to_string(tier)},
        {"group", group},
        {"ownership", tier == PrivacyTier::kCorporate ? "corporate" : "personal"},
        {"name", "Test phone"}};
    return net::json_response(201, json::serialize(answer));
  }

  net::Response handle(const net::Request& request) {
    const std::lock_guard lock(mutex);
    remember(request);
    last_peer = request.peer->serial;
    if (refuse_with != 0) return net::problem_response(refuse_with, "Refused", "By the test.");
    if (request.path == "/v1/device/observations") return take(request);
    if (request.path == "/v1/device/actions") {
      if (fail_fetches > 0) {
        --fail_fetches;
        return net::problem_response(503, "Busy", "Later.");
      }
      json::array items;
      for (const Action& action : actions) items.push_back(to_json(action));
      return answer({{"actions", std::move(items)}});
    }
    if (request.path == "/v1/device/policy") {
      json::array items;
      for (const PolicyDocument& policy : policies) {
        items.push_back(json::object{
            {"id", policy.id}, {"version", policy.version}, {"source", policy.source}});
      }
      return answer({{"policies", std::move(items)}, {"content_digest", ""}});
    }
    if (request.path == "/v1/device/certificate") {
      ++renewals;
      const auto body = parse_json_object(request.body).value();
      return answer({{"certificate_pem",
                      authority.sign(std::string(get_string(body, "csr_pem").value()), "d1", 30)}});
    }
    return take_result(request);
  }

  net::Response take(const net::Request& request) {
    const auto body = parse_json_object(request.body).value();
    json::array results_of_items;
    for (const json::value& item : *get_array(body, "observations")) {
      if (spoils_batch(item.as_object())) return net::problem_response(400, "Bad", "Spoilt.");
    }
    for (const json::value& item : *get_array(body, "observations")) {
      const std::string status = status_of(item.as_object());
      if (status == "stored") observations_.push_back(item.as_object());
      results_of_items.push_back(json::object{
          {"id", item.as_object().at("id")}, {"status", status}, {"error", "by the test"}});
    }
    return answer({{"results", std::move(results_of_items)}, {"last_sequence", 0}});
  }

  net::Response take_result(const net::Request& request) {
    const std::string id = request.path.substr(19, request.path.rfind('/') - 19);
    if (fail_results > 0) {
      --fail_results;
      return net::problem_response(503, "Busy", "Later.");
    }
    const auto body = parse_json_object(request.body).value();
    results.emplace_back(id, std::string(get_string(body, "state").value()));
    std::erase_if(actions, [&](const Action& action) { return action.id == id; });
    return answer({});
  }

  static net::Response answer(const json::object& body) {
    return net::json_response(200, json::serialize(body));
  }
  void remember(const net::Request& request) {
    everything_ += request.method + " " + request.target + "\n";
    for (const net::Header& header : request.headers) {
      everything_ += header.name + ": " + header.value + "\n";
    }
    everything_ += request.body + "\n";
  }

  std::string everything_;
  std::vector<json::object> observations_;
  std::uint16_t port_ = 0;
  std::uint16_t enrolment_port_ = 0;
  std::unique_ptr<net::Server> enrolment_;
  std::unique_ptr<net::Server> devices_;
};

}  // namespace bartizan::agent
