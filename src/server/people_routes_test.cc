// What people read and change.
#include <gtest/gtest.h>

#include "server/test_server.h"

namespace bartizan::server {
namespace {

std::string text(const json::object& object, std::string_view name) {
  return std::string(get_string(object, name).value_or(""));
}
json::array items(const TestAnswer& answer) { return answer.body.at("items").as_array(); }

class PeopleTest : public ::testing::Test {
 protected:
  PeopleTest() : phone(server.enrol()) {
    server.report(phone, {server.observe(phone, "device.state", {{"screen_lock", false}})});
  }
  std::string alert() { return text(items(server.get("/v1/alerts"))[0].as_object(), "id"); }
  TestServer server;
  TestPhone phone;
};

TEST_F(PeopleTest, AnAlertSaysWhy) {
  const TestAnswer detail = server.get("/v1/alerts/" + alert());
  ASSERT_EQ(detail.status, 200);
  EXPECT_EQ(text(detail.body.at("alert").as_object(), "device_name"), "Ada's Pixel");
  EXPECT_FALSE(text(detail.body.at("finding").as_object(), "summary").empty());
  EXPECT_FALSE(text(detail.body.at("rule").as_object(), "id").empty());
  EXPECT_FALSE(detail.body.at("decision").as_object().at("reasons").as_array().empty());
  EXPECT_EQ(text(detail.body.at("problem").as_object(), "state"), "open");
  EXPECT_EQ(text(detail.body.at("threat").as_object(), "id"), "device.no_screen_lock");
}

TEST_F(PeopleTest, ASecondSaveOnAnOldVersionIs412) {
  const std::string path = "/v1/alerts/" + alert();
  const std::string tag = server.get(path).header("ETag");
  const TestAnswer first =
      server.send("PATCH", path, json::object{{"state", "acknowledged"}}, {{"If-Match", tag}});
  EXPECT_EQ(first.status, 200);
  const TestAnswer late =
      server.send("PATCH", path, json::object{{"note", "mine"}}, {{"If-Match", tag}});
  EXPECT_EQ(late.status, 412);
  const TestAnswer next = server.send("PATCH", path, json::object{{"note", "mine"}},
                                      {{"If-Match", first.header("ETag")}});
  EXPECT_EQ(next.status, 200);
  EXPECT_EQ(text(next.body.at("alert").as_object(), "state"), "acknowledged");
  EXPECT_EQ(text(next.body.at("alert").as_object(), "note"), "mine");
}

TEST_F(PeopleTest, TheSameThreatSeenAgainIsTheSameAlertAndTheSameTag) {
  const std::string path = "/v1/alerts/" + alert();
  const std::string tag = server.get(path).header("ETag");
  server.report(phone, {server.observe(phone, "device.state", {{"screen_lock", false}})});
  const TestAnswer again = server.get(path);
  EXPECT_EQ(items(server.get("/v1/alerts")).size(), 1u);
  EXPECT_EQ(get_int(again.body.at("alert").as_object(), "count"), 2);
  EXPECT_EQ(again.header("ETag"), tag);
}

TEST_F(PeopleTest, OverviewCountsWhatIsThere) {
  const TestAnswer overview = server.get("/v1/overview");
  ASSERT_EQ(overview.status, 200);
  const json::object& headline = overview.body.at("headline").as_object();
  EXPECT_EQ(get_int(headline, "devices"), 1);
  EXPECT_EQ(get_int(headline, "devices_at_risk"), 1);
  EXPECT_EQ(get_int(headline, "open_alerts"), 1);
  const json::array& days = overview.body.at("alerts_per_day").as_array();
  ASSERT_EQ(days.size(), 14u);
  EXPECT_EQ(text(days[13].as_object(), "day"), "2026-03-01");
  EXPECT_EQ(text(overview.body.at("top_threats").as_array()[0].as_object(), "threat"),
            "device.no_screen_lock");
  EXPECT_EQ(get_int(overview.body.at("connectors").as_array()[0].as_object(), "queued"), 1);
  EXPECT_FALSE(overview.body.at("recent_changes").as_array().empty());
  const TestAnswer viewers =
      server.call(Listener::kPeople, "GET", "/v1/overview", "", server.as(Role::kViewer));
  EXPECT_TRUE(viewers.body.at("recent_changes").as_array().empty());
}

TEST_F(PeopleTest, OverviewTellsImpossibleActionsFromFailedOnes) {
  const auto counts = [&] {
    const TestAnswer overview = server.get("/v1/overview");
    const json::object& headline = overview.body.at("headline").as_object();
    return std::pair(get_int(headline, "actions_failed"), get_int(headline, "actions_impossible"));
  };
  // Without an MDM nobody can restrict access, which the default policy asks for here.
  EXPECT_EQ(counts(), std::pair(std::optional<std::int64_t>(0), std::optional<std::int64_t>(1)));
  const TestAnswer actions = server.as_phone(phone, "GET", "/v1/device/actions");
  const std::string id = text(actions.body.at("actions").as_array()[0].as_object(), "id");
  server.as_phone(phone, "POST", "/v1/device/actions/" + id + "/result",
                  R"({"state":"failed","detail":"No."})");
  EXPECT_EQ(counts(), std::pair(std::optional<std::int64_t>(1), std::optional<std::int64_t>(1)));
}

TEST_F(PeopleTest, DevicesAreFilteredAndPaged) {
  server.enrol();
  server.enrol();
  EXPECT_EQ(items(server.get("/v1/devices")).size(), 3u);
  EXPECT_EQ(items(server.get("/v1/devices?protection=pending")).size(), 2u);
  EXPECT_EQ(items(server.get("/v1/devices?platform=ios")).size(), 0u);
  const TestAnswer first = server.get("/v1/devices?limit=2");
  EXPECT_EQ(items(first).size(), 2u);
  EXPECT_EQ(text(items(first)[0].as_object(), "id"), phone.id) << "the worst first";
  EXPECT_FALSE(items(first)[0].as_object().at("main_problem").is_null());
  const TestAnswer second = server.get("/v1/devices?limit=2&cursor=" + text(first.body, "next"));
  EXPECT_EQ(items(second).size(), 1u);
  EXPECT_EQ(text(second.body, "next"), "");
  EXPECT_EQ(server.get("/v1/devices?cursor=invented").status, 400);
}

TEST_F(PeopleTest, EverythingAboutAPhoneCanBeRead) {
  const std::string path = "/v1/devices/" + phone.id;
  for (const char* part : {"/problems", "/findings", "/observations", "/decisions"})
    EXPECT_EQ(items(server.get(path + part)).size(), 1u) << part;
  EXPECT_EQ(server.get(path + "/actions").status, 200);
  const TestAnswer timeline = server.get(path + "/timeline");
  std::vector<std::string> kinds;
  for (const json::value& entry : items(timeline)) kinds.push_back(text(entry.as_object(), "kind"));
  for (const char* kind : {"observation", "finding", "problem_opened", "decision"})
    EXPECT_NE(std::find(kinds.begin(), kinds.end(), kind), kinds.end()) << kind;
  const TestAnswer device = server.get(path);
  EXPECT_FALSE(device.body.at("latest_state").is_null());
  EXPECT_FALSE(device.body.at("visible_fields").as_array().empty());
  for (const char* part : {"", "/problems", "/findings", "/timeline"})
    EXPECT_EQ(
        server.get("/v1/devices/00000000-0000-7000-8000-000000000000" + std::string(part)).status,
        404);
}

TEST_F(PeopleTest, ARuleSwitchedToEnforceActsOnOpenProblems) {
  const TestAnswer detail = server.get("/v1/policies/corporate");
  const int version = static_cast<int>(get_int(detail.body, "version").value_or(0));
  const auto actions = [&] { return items(server.get("/v1/devices/" + phone.id + "/actions")); };
  const TestAnswer decisions = server.get("/v1/devices/" + phone.id + "/decisions");
  const std::string rule = text(items(decisions)[0].as_object(), "rule");
  const std::size_t before = actions().size();
  for (const char* mode : {"audit", "enforce"}) {
    EXPECT_EQ(server
                  .send("POST", "/v1/policies/corporate/rules/" + rule + "/mode",
                        json::object{{"mode", mode}})
                  .status,
              200);
  }
  EXPECT_GE(actions().size(), before);
  EXPECT_FALSE(actions().empty());
  EXPECT_GT(get_int(server.get("/v1/policies/corporate").body, "version"), version);
  EXPECT_EQ(
      server.send("POST", "/v1/policies/corporate/rules/none/mode", json::object{{"mode", "audit"}})
          .status,
      404);
}

TEST_F(PeopleTest, APolicyWithAnErrorIsRefusedWithItsLine) {
  const TestAnswer detail = server.get("/v1/policies/corporate");
  const std::string source = text(detail.body, "source");
  const TestAnswer refused = server.send("PUT", "/v1/policies/corporate",
                                         json::object{{"source", source + "\nnonsense: [\n"}});
  EXPECT_EQ(refused.status, 400);
  EXPECT_GT(get_int(refused.body, "line").value_or(0), 0);
  EXPECT_EQ(text(server.get("/v1/policies/corporate").body, "source"), source);
  const TestAnswer outdated =
      server.send("PUT", "/v1/policies/corporate", json::object{{"source", source + "\n# note\n"}},
                  {{"If-Match", "\"corporate-77\""}});
  EXPECT_EQ(outdated.status, 412);
  const TestAnswer taken =
      server.send("PUT", "/v1/policies/corporate", json::object{{"source", source + "\n# note\n"}},
                  {{"If-Match", detail.header("ETag")}});
  EXPECT_EQ(taken.status, 200);
}

TEST_F(PeopleTest, EveryChangeIsAudited) {
  const std::string path = "/v1/alerts/" + alert();
  server.send("PATCH", path, json::object{{"state", "acknowledged"}});
  server.send("POST", "/v1/devices/" + phone.id + "/replaced", json::object{});
  std::vector<std::string> actions;
  for (const json::value& entry : items(server.get("/v1/audit?limit=200")))
    actions.push_back(text(entry.as_object(), "action"));
  for (const char* wanted : {"enrolment.token_created", "device.enrolled", "alert.changed",
                             "device.replaced", "session.started"})
    EXPECT_NE(std::find(actions.begin(), actions.end(), wanted), actions.end()) << wanted;
}

TEST_F(PeopleTest, LinksAreCheckedWithoutATrace) {
  const TestAnswer checked = server.send(
      "POST", "/v1/check/links",
      json::object{{"urls", {"https://xn--pypal-4ve.com/login", "https://example.org/"}}});
  ASSERT_EQ(checked.status, 200);
  EXPECT_FALSE(items(checked)[0].as_object().at("findings").as_array().empty());
  EXPECT_TRUE(items(checked)[1].as_object().at("findings").as_array().empty());
  EXPECT_EQ(text(items(checked)[0].as_object(), "verdict"), "block");
  EXPECT_EQ(text(items(checked)[1].as_object(), "verdict"), "allow");
  EXPECT_EQ(items(server.get("/v1/alerts")).size(), 1u);
}

TEST_F(PeopleTest, MessagesAreCheckedWithoutATrace) {
  const TestAnswer checked = server.send(
      "POST", "/v1/check/messages",
      json::object{{"messages", {"Hi mum, this is my new number", "See you at eight"}}});
  ASSERT_EQ(checked.status, 200);
  EXPECT_EQ(text(items(checked)[0].as_object(), "verdict"), "warn");
  EXPECT_EQ(text(items(checked)[1].as_object(), "verdict"), "allow");
  EXPECT_EQ(items(server.get("/v1/alerts")).size(), 1u);
  const json::array many(101, "a");
  EXPECT_EQ(server.send("POST", "/v1/check/messages", json::object{{"messages", many}}).status,
            400);
  EXPECT_EQ(server.send("POST", "/v1/check/messages", json::object{}).status, 400);
}

TEST_F(PeopleTest, WhatIsNoAddressIsSaidToBeNone) {
  const TestAnswer checked =
      server.send("POST", "/v1/check/links", json::object{{"urls", {"not a url"}}});
  ASSERT_EQ(checked.status, 200);
  const json::object item = items(checked)[0].as_object();
  EXPECT_EQ(text(item, "verdict"), "error");
  EXPECT_FALSE(text(item, "error").empty());
  EXPECT_TRUE(item.at("findings").as_array().empty());
}

TEST_F(PeopleTest, AnAlertIsGivenOnlyToSomebodyWhoIsThere) {
  const std::string path = "/v1/alerts/" + alert();
  const TestAnswer nobody = server.send("PATCH", path, json::object{{"assignee", "nobody"}});
  EXPECT_EQ(nobody.status, 400);
  EXPECT_EQ(text(nobody.body, "place"), "assignee");
  server.as(Role::kAnalyst);
  EXPECT_EQ(server.send("PATCH", path, json::object{{"assignee", "analyst"}}).status, 200);
  EXPECT_EQ(server.send("PATCH", path, json::object{{"assignee", ""}}).status, 200);
}

TEST_F(PeopleTest, APhonesNameIsOneLine) {
  for (const char* name : {"two\nlines", "tab\there", "bell\a"}) {
    const TestAnswer answer =
        server.send("POST", "/v1/enrolment-tokens", json::object{{"device_name", name}});
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(text(answer.body, "place"), "device_name");
  }
}

TEST_F(PeopleTest, MistakesBelowTheRouteNameTheirPlace) {
  for (const char* list : {"/v1/devices", "/v1/alerts", "/v1/audit", "/v1/enrolment-tokens"}) {
    const TestAnswer answer = server.get(std::string(list) + "?cursor=abc");
    EXPECT_EQ(answer.status, 400) << list;
    EXPECT_EQ(text(answer.body, "place"), "cursor") << list;
  }
  const TestAnswer name =
      server.send("POST", "/v1/administrators", json::object{{"name", "a b"}, {"role", "viewer"}});
  EXPECT_EQ(name.status, 400);
  EXPECT_EQ(text(name.body, "place"), "name");
  const TestAnswer request = server.ask_to_enrol(server.new_enrolment_secret(), "no request");
  EXPECT_EQ(request.status, 400);
  EXPECT_EQ(text(request.body, "place"), "csr_pem");
}

TEST_F(PeopleTest, MetricsNameNobody) {
  net::Request request{.method = "GET", .target = "/metrics", .path = "/metrics"};
  std::string body;
  server.router->handle(Listener::kPeople, request,
                        net::Responder([&](net::Response response) { body = response.body; }));
  for (const char* wanted :
       {"bartizan_observations_total{result=\"stored\"} 1", "bartizan_open_problems 1",
        "bartizan_http_request_seconds_bucket", "bartizan_ingest_commit_seconds_count"})
    EXPECT_NE(body.find(wanted), std::string::npos) << wanted;
  EXPECT_EQ(body.find(phone.id), std::string::npos);
  EXPECT_EQ(body.find("Ada"), std::string::npos);
}

}  // namespace
}  // namespace bartizan::server
