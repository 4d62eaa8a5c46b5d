// What a phone may do, and what becomes of what it reports.
#include <gtest/gtest.h>

#include <atomic>

#include "server/housekeeping.h"
#include "server/test_server.h"

namespace bartizan::server {
namespace {

std::string status_of(const TestAnswer& answer, std::size_t item) {
  const json::array* results = get_array(answer.body, "results");
  if (results == nullptr || results->size() <= item) return "no such item";
  return std::string(get_string((*results)[item].get_object(), "status").value_or(""));
}

json::object unlocked() { return {{"screen_lock", false}, {"encrypted", true}}; }
json::object locked() { return {{"screen_lock", true}, {"encrypted", true}}; }

std::string text(const json::object& object, std::string_view name) {
  return std::string(get_string(object, name).value_or(""));
}

TEST(Enrolment, ATokenIsGoodOnce) {
  TestServer server;
  const auto keys = make_key_and_request().value();
  const std::string token = server.new_enrolment_secret();
  EXPECT_EQ(server.ask_to_enrol(token, keys.csr_pem).status, 201);
  const TestAnswer again = server.ask_to_enrol(token, make_key_and_request()->csr_pem);
  EXPECT_EQ(again.status, 409);
}

TEST(Enrolment, AnUnknownOrExpiredTokenIs403) {
  TestServer server;
  const auto keys = make_key_and_request().value();
  EXPECT_EQ(server.ask_to_enrol("invented", keys.csr_pem).status, 403);
  const std::string token = server.new_enrolment_secret();
  server.clock.advance(std::chrono::hours(24));
  EXPECT_EQ(server.ask_to_enrol(token, keys.csr_pem).status, 403);
}

TEST(Enrolment, ABadRequestForACertificateLeavesTheTokenGood) {
  TestServer server;
  const std::string token = server.new_enrolment_secret();
  EXPECT_EQ(server.ask_to_enrol(token, "no certificate request").status, 400);
  EXPECT_EQ(server.ask_to_enrol(token, make_key_and_request(KeyKind::kP384)->csr_pem).status, 400);
  EXPECT_EQ(server.ask_to_enrol(token, make_key_and_request()->csr_pem).status, 201);
}

TEST(Enrolment, ThePhoneGetsWhatTheTokenSays) {
  TestServer server;
  const std::string token =
      server.new_enrolment_secret(R"(, "person": "Ada", "ownership": "personal")");
  const TestAnswer enrolled = server.ask_to_enrol(token, make_key_and_request()->csr_pem);
  EXPECT_EQ(text(enrolled.body, "tier"), "byod");
  EXPECT_EQ(text(enrolled.body, "group"), "personal");
  EXPECT_EQ(text(enrolled.body, "ca_pem"), server.authority->certificate_pem());
  const TestAnswer device = server.get("/v1/devices/" + text(enrolled.body, "device_id"));
  EXPECT_EQ(text(device.body, "person"), "Ada");
  EXPECT_EQ(text(device.body, "protection"), "pending") << "enrolled is not yet protected";
}

TEST(Enrolment, TheStoreHasNoSecret) {
  TestServer server;
  const std::string token = server.new_enrolment_secret();
  const TestAnswer listing = server.get("/v1/enrolment-tokens");
  EXPECT_EQ(listing.body.at("items").as_array().size(), 1u);
  EXPECT_EQ(json::serialize(listing.body).find(token), std::string::npos);
}

TEST(Devices, ARevokedPhoneIs403OnEveryRoute) {
  TestServer server;
  TestPhone phone = server.enrol();
  EXPECT_EQ(server.as_phone(phone, "GET", "/v1/device/actions").status, 200);
  EXPECT_EQ(server.send("POST", "/v1/devices/" + phone.id + "/lost", json::object{}).status, 200);
  for (const Operation& operation : operations()) {
    if (operation.listener != Listener::kDevices) continue;
    const TestAnswer answer = server.call(Listener::kDevices, std::string(operation.method),
                                          std::string(operation.path), "{}", {}, phone.certificate);
    EXPECT_EQ(answer.status, 403) << operation.id;
    EXPECT_EQ(answer.code(), "certificate_revoked") << operation.id;
  }
  EXPECT_EQ(server.send("POST", "/v1/devices/" + phone.id + "/lost", json::object{}).status, 409);
}

TEST(Devices, ACertificateOfAnotherPhoneTenantOrSerialIsNone) {
  TestServer server;
  const TestPhone ada = server.enrol();
  const TestPhone bob = server.enrol();
  const auto tried = [&](net::PeerCertificate certificate) {
    return server.call(Listener::kDevices, "GET", "/v1/device/actions", "", {}, certificate).status;
  };
  net::PeerCertificate mixed = ada.certificate;
  mixed.common_name = bob.id;
  EXPECT_EQ(tried(mixed), 403);
  net::PeerCertificate elsewhere = ada.certificate;
  elsewhere.organization = "another";
  EXPECT_EQ(tried(elsewhere), 403) << "a tenant sees its own rows alone";
  net::PeerCertificate forged = ada.certificate;
  forged.serial = "7f";
  EXPECT_EQ(tried(forged), 403);
  EXPECT_EQ(tried(ada.certificate), 200);
}

TEST(Devices, APhoneRenewsItsCertificate) {
  TestServer server;
  TestPhone phone = server.enrol();
  const auto renew = [&](const std::string& csr) {
    return server.as_phone(phone, "POST", "/v1/device/certificate",
                           json::serialize(json::object{{"csr_pem", csr}}));
  };
  const TestAnswer renewed = renew(make_key_and_request()->csr_pem);
  EXPECT_EQ(renewed.status, 200);
  EXPECT_TRUE(text(renewed.body, "certificate_pem").starts_with("-----BEGIN CERTIFICATE"));
  EXPECT_EQ(renew("nothing").status, 400);
}

TEST(Ingest, EachItemHasItsResult) {
  TestServer server;
  TestPhone phone = server.enrol();
  json::array batch;
  batch.push_back(server.observe(phone, "device.state", unlocked()));
  json::object wrong = server.observe(phone, "link.opened", {{"url", 7}});
  batch.push_back(wrong);
  batch.push_back("not even an object");
  batch.push_back(server.observe(phone, "no.such.kind", {}));
  batch.push_back(server.observe(phone, "link.opened", {{"url", "https://example.org/"}}));
  const TestAnswer answer = server.report(phone, batch);
  ASSERT_EQ(answer.status, 200);
  const std::vector<std::string> wanted{"stored", "rejected", "rejected", "rejected", "stored"};
  for (std::size_t i = 0; i < wanted.size(); ++i) EXPECT_EQ(status_of(answer, i), wanted[i]) << i;
  const json::object& second = answer.body.at("results").as_array()[1].as_object();
  EXPECT_EQ(second.at("id"), wrong.at("id"));
  EXPECT_NE(text(second, "error").find("url"), std::string::npos);
  EXPECT_EQ(get_int(answer.body, "last_sequence"), 4);
}

TEST(Ingest, TheSameIdIsStoredOnce) {
  TestServer server;
  TestPhone phone = server.enrol();
  const json::object seen = server.observe(phone, "device.state", unlocked());
  EXPECT_EQ(status_of(server.report(phone, {seen}), 0), "stored");
  EXPECT_EQ(status_of(server.report(phone, {seen}), 0), "duplicate");
  const json::object other = server.observe(phone, "device.state", unlocked());
  const TestAnswer twice = server.report(phone, {other, other});
  EXPECT_EQ(status_of(twice, 0), "stored");
  EXPECT_EQ(status_of(twice, 1), "duplicate");
  const TestAnswer listing = server.get("/v1/devices/" + phone.id + "/observations");
  EXPECT_EQ(listing.body.at("items").as_array().size(), 2u);
}

TEST(Ingest, APhoneCannotTakeAnothersIdNorLearnOfIt) {
  TestServer server;
  TestPhone first = server.enrol();
  TestPhone second = server.enrol();
  const json::object seen = server.observe(first, "device.state", unlocked());
  EXPECT_EQ(status_of(server.report(first, {seen}), 0), "stored");
  EXPECT_EQ(status_of(server.report(second, {seen}), 0), "stored");
  for (const TestPhone* phone : {&first, &second}) {
    const TestAnswer kept = server.get("/v1/devices/" + phone->id + "/observations");
    EXPECT_EQ(kept.body.at("items").as_array().size(), 1u);
    const TestAnswer found = server.get("/v1/devices/" + phone->id + "/findings");
    EXPECT_EQ(found.body.at("items").as_array().size(), 1u);
  }
}

TEST(Ingest, RiskFollowsWithinTheRequestAndEndsWithTheProblem) {
  TestServer server;
  TestPhone phone = server.enrol();
  const auto risk = [&] { return text(server.get("/v1/devices/" + phone.id).body, "risk"); };
  server.report(phone, {server.observe(phone, "device.state", locked())});
  EXPECT_EQ(risk(), "secured");
  server.report(phone, {server.observe(phone, "device.state", unlocked())});
  const std::string while_unlocked = risk();
  EXPECT_NE(while_unlocked, "secured");
  const TestAnswer alerts = server.get("/v1/alerts?state=open&threat=device.no_screen_lock");
  ASSERT_EQ(alerts.body.at("items").as_array().size(), 1u);
  const std::string alert = text(alerts.body.at("items").as_array()[0].as_object(), "id");
  EXPECT_EQ(server.send("PATCH", "/v1/alerts/" + alert, json::object{{"state", "resolved"}}).status,
            200);
  EXPECT_EQ(risk(), while_unlocked) << "a person's click does not make a phone safer";
  server.report(phone, {server.observe(phone, "device.state", locked())});
  EXPECT_EQ(risk(), "secured");
}

TEST(Ingest, SilenceAndHealthShowInTheProtectionState) {
  TestServer server;
  TestPhone phone = server.enrol();
  const auto protection = [&] {
    return text(server.get("/v1/devices/" + phone.id).body, "protection");
  };
  EXPECT_EQ(protection(), "pending");
  server.report(phone, {server.observe(phone, "device.state", locked())});
  EXPECT_EQ(protection(), "active");
  server.report(phone,
                {server.observe(phone, "agent.health", {{"permissions_denied", {"location"}}})});
  EXPECT_EQ(protection(), "degraded");
  server.report(phone, {server.observe(phone, "agent.health", {{"tampered", true}})});
  EXPECT_EQ(protection(), "tampered");
  server.report(phone, {server.observe(phone, "agent.health", {{"tampered", false}})});
  server.clock.advance(std::chrono::hours(24 * 8));
  keep_house(*server.deps);
  EXPECT_EQ(protection(), "inactive");
}

TEST(Ingest, AnOlderObservationThatComesLateChangesNothingANewerOneDecided) {
  TestServer server;
  TestPhone phone = server.enrol();
  const auto device = [&](std::string_view member) {
    return text(server.get("/v1/devices/" + phone.id).body, member);
  };
  const auto state = [&](json::array root_signs, std::string_view os_version) {
    json::object body = locked();
    body["root_signs"] = std::move(root_signs);
    body["os_version"] = os_version;
    return server.observe(phone, "device.state", std::move(body));
  };
  const json::object clean_before = state({}, "13");
  const json::object rooted = state({"su_binary"}, "14");
  server.report(phone, {rooted});
  EXPECT_EQ(status_of(server.report(phone, {clean_before}), 0), "stored");
  EXPECT_EQ(device("risk"), "high") << "the phone is rooted still";
  EXPECT_EQ(device("os_version"), "14");

  const json::object rooted_before = state({"su_binary"}, "14");
  server.report(phone, {state({}, "15")});
  EXPECT_EQ(device("risk"), "secured");
  server.report(phone, {rooted_before});
  EXPECT_EQ(device("risk"), "secured") << "the phone is clean by now";
  EXPECT_EQ(device("os_version"), "15");
  const TestAnswer shown = server.get("/v1/devices/" + phone.id);
  EXPECT_EQ(text(shown.body.at("latest_state").at("body").as_object(), "os_version"), "15");
  const TestAnswer findings = server.get("/v1/devices/" + phone.id + "/findings");
  EXPECT_GE(findings.body.at("items").as_array().size(), 2u) << "what came late is history too";
}

TEST(Ingest, AnOlderReportOfTheAgentsHealthThatComesLateIsHistory) {
  TestServer server;
  TestPhone phone = server.enrol();
  const json::object tampered = server.observe(phone, "agent.health", {{"tampered", true}});
  server.report(phone, {server.observe(phone, "agent.health", {{"tampered", false}})});
  server.report(phone, {tampered});
  const TestAnswer device = server.get("/v1/devices/" + phone.id);
  EXPECT_EQ(text(device.body, "protection"), "active");
  EXPECT_EQ(text(device.body, "risk"), "secured");
}

TEST(Ingest, ALateRemovalDoesNotEndTheProblemOfAnAppInstalledSince) {
  TestServer server;
  TestPhone phone = server.enrol();
  const json::object removed = server.observe(phone, "app.removed", {{"package", "a.b"}});
  const json::object installed =
      server.observe(phone, "app.installed", {{"package", "a.b"}, {"debug_signed", true}});
  server.report(phone, {installed});
  const auto open = [&] {
    return server.get("/v1/devices/" + phone.id).body.at("open_problems").as_array().size();
  };
  const std::size_t before = open();
  EXPECT_GT(before, 0u);
  server.report(phone, {removed});
  EXPECT_EQ(open(), before);
  EXPECT_EQ(server.get("/v1/devices/" + phone.id).body.at("apps").as_array().size(), 1u);
}

TEST(Ingest, WhatAReportOfHealthSaysNothingAboutStaysKnown) {
  TestServer server;
  TestPhone phone = server.enrol();
  const auto degraded_after = [&](json::object body) {
    server.report(phone, {server.observe(phone, "agent.health", std::move(body))});
    return server.get("/v1/devices/" + phone.id).body.at("degraded").as_array();
  };
  const json::array location{"location"};
  const json::array network{"network"};
  degraded_after({{"permissions_denied", location}, {"sensors_off", network}});
  EXPECT_EQ(degraded_after({{"queue_length", 3}}),
            (json::array{"permission:location", "sensor:network"}));
  EXPECT_EQ(text(server.get("/v1/devices/" + phone.id).body, "protection"), "degraded");
  EXPECT_EQ(degraded_after({{"sensors_off", json::array()}}), json::array{"permission:location"});
  EXPECT_EQ(degraded_after({{"permissions_denied", json::array()}}), json::array());
}

TEST(Ingest, MissingNumbersAreCounted) {
  TestServer server;
  TestPhone phone = server.enrol();
  server.report(phone, {server.observe(phone, "device.state", locked())});
  phone.sequence += 4;
  server.report(phone, {server.observe(phone, "device.state", locked())});
  const TestAnswer device = server.get("/v1/devices/" + phone.id);
  EXPECT_EQ(get_int(device.body, "sequence_gaps"), 4);
  EXPECT_EQ(get_int(device.body, "last_sequence"), 6);
}

TEST(Ingest, FieldsATierMayNotCarryAreDroppedAndNamed) {
  TestServer server;
  TestPhone phone = server.enrol(R"(, "ownership": "personal")");
  json::object body = locked();
  body["model"] = "Pixel";
  body["wallpaper"] = "cat.png";
  server.report(phone, {server.observe(phone, "device.state", body)});
  const TestAnswer refused =
      server.report(phone, {server.observe(phone, "link.opened", {{"url", "https://x.example/"}})});
  EXPECT_EQ(status_of(refused, 0), "rejected") << "a byod phone has no such kind";
  const TestAnswer listing = server.get("/v1/devices/" + phone.id + "/observations");
  const json::object& item = listing.body.at("items").as_array()[0].as_object();
  EXPECT_EQ(get_strings(item, "unknown_fields"), std::vector<std::string>{"wallpaper"});
  EXPECT_EQ(json::serialize(listing.body).find("cat.png"), std::string::npos);
}

TEST(Ingest, TooManyOrMalformedIs400) {
  TestServer server;
  TestPhone phone = server.enrol();
  json::array many;
  for (std::size_t i = 0; i <= kMaxBatch; ++i) many.push_back(json::object{});
  EXPECT_EQ(server.report(phone, many).status, 400);
  EXPECT_EQ(server.as_phone(phone, "POST", "/v1/device/observations", "{").status, 400);
}

TEST(Ingest, WhenTooMuchWaitsItSays503) {
  TestServer server;
  TestPhone phone = server.enrol();
  IngestQueue small(IngestParts{.store = *server.store,
                                .clock = server.clock,
                                .random = server.random,
                                .content = test_content(),
                                .policies = server.policies,
                                .channels = {},
                                .connectors = {},
                                .waiters = server.waiters,
                                .metrics = server.metrics},
                    {.waiting_observations = 1, .observations_per_commit = 1});
  const Status refused =
      small.submit("default", phone.id, std::vector<PreparedItem>(2),
                   [](Result<BatchResult>) { ADD_FAILURE() << "refused at once, not answered"; });
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
}

// Puts every rule of the policy in force, so that phones are told what to do.
void enforce_everything(TestServer& server, const std::string& policy) {
  const TestAnswer detail = server.get("/v1/policies/" + policy);
  for (const json::value& rule : detail.body.at("rules").as_array()) {
    const std::string name = text(rule.as_object(), "name");
    EXPECT_EQ(server
                  .send("POST", "/v1/policies/" + policy + "/rules/" + name + "/mode",
                        json::object{{"mode", "enforce"}})
                  .status,
              200)
        << name;
  }
}

TEST(Actions, AWaitingPhoneIsToldWhenPolicyAsksSomethingOfIt) {
  TestServer server;
  enforce_everything(server, "corporate");
  TestPhone phone = server.enrol();
  std::promise<TestAnswer> told;
  server.begin(Listener::kDevices, "GET", "/v1/device/actions?wait=60", phone.certificate,
               [&](const TestAnswer& answer) { told.set_value(answer); });
  EXPECT_EQ(server.waiters.size(), 1u);
  server.report(phone, {server.observe(phone, "device.state",
                                       {{"root_signs", {"su_binary"}}, {"screen_lock", true}})});
  auto future = told.get_future();
  ASSERT_EQ(future.wait_for(std::chrono::seconds(10)), std::future_status::ready);
  const TestAnswer answer = future.get();
  const json::array& actions = answer.body.at("actions").as_array();
  ASSERT_FALSE(actions.empty());
  EXPECT_EQ(text(actions[0].as_object(), "state"), "sent");
  EXPECT_EQ(server.waiters.size(), 0u);

  const std::string path = "/v1/device/actions/" + text(actions[0].as_object(), "id") + "/result";
  EXPECT_EQ(server.as_phone(phone, "POST", path, R"({"state":"exploded"})").status, 400);
  const TestPhone other = server.enrol();
  EXPECT_EQ(server.as_phone(other, "POST", path, R"({"state":"done"})").status, 404);
  const TestAnswer done = server.as_phone(phone, "POST", path, R"({"state":"done","detail":"ok"})");
  EXPECT_EQ(text(done.body, "state"), "done");
  const TestAnswer rest = server.as_phone(phone, "GET", "/v1/device/actions");
  EXPECT_EQ(rest.body.at("actions").as_array().size(), actions.size() - 1);
}

TEST(Actions, AWaitEndsWithoutAny) {
  TestServer server;
  const TestPhone phone = server.enrol();
  std::atomic<int> answered = 0;
  server.begin(Listener::kDevices, "GET", "/v1/device/actions?wait=5", phone.certificate,
               [&](const TestAnswer& answer) {
                 EXPECT_TRUE(answer.body.at("actions").as_array().empty());
                 ++answered;
               });
  EXPECT_EQ(answered, 0);
  server.run_delayed();
  EXPECT_EQ(answered, 1);
  EXPECT_EQ(server.as_phone(phone, "GET", "/v1/device/actions?wait=61").status, 400);
}

TEST(Actions, WhatIsNoLongerNeededIsCalledOff) {
  TestServer server;
  enforce_everything(server, "corporate");
  TestPhone phone = server.enrol();
  server.report(phone, {server.observe(phone, "device.state", unlocked())});
  EXPECT_FALSE(
      server.as_phone(phone, "GET", "/v1/device/actions").body.at("actions").as_array().empty());
  server.report(phone, {server.observe(phone, "device.state", locked())});
  EXPECT_TRUE(
      server.as_phone(phone, "GET", "/v1/device/actions").body.at("actions").as_array().empty());
}

TEST(Policy, PhonesSeeAChangeByItsTag) {
  TestServer server;
  const TestPhone phone = server.enrol();
  const TestAnswer first = server.as_phone(phone, "GET", "/v1/device/policy");
  EXPECT_EQ(first.body.at("policies").as_array().size(), 2u);
  const auto again = [&] {
    return server
        .call(Listener::kDevices, "GET", "/v1/device/policy", "",
              {{"If-None-Match", first.header("ETag")}}, phone.certificate)
        .status;
  };
  EXPECT_EQ(again(), 304);
  enforce_everything(server, "corporate");
  EXPECT_EQ(again(), 200);
}

}  // namespace
}  // namespace bartizan::server
