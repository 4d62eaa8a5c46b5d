// An app that one phone has from another signer than the others.
#include <gtest/gtest.h>

#include "server/fleet_apps.h"
#include "server/test_server.h"

namespace bartizan::server {
namespace {

const std::string kMaker(64, 'a');
const std::string kSuccessor(64, 'b');
const std::string kStranger(64, 'c');

class FleetAppsTest : public ::testing::Test {
 protected:
  FleetAppsTest() {
    for (int i = 0; i < 5; ++i) phones.push_back(server.enrol());
  }
  void install(TestPhone& phone, const std::string& signer, json::object more = {}) {
    json::object body{{"package", "org.example.notes"},
                      {"signature", "verified"},
                      {"signers", {signer}},
                      {"signers_past", json::array()}};
    for (const auto& member : more) body[member.key()] = member.value();
    server.report(phone, {server.observe(phone, "app.installed", std::move(body))});
  }
  void remove(TestPhone& phone) {
    server.report(phone,
                  {server.observe(phone, "app.removed", {{"package", "org.example.notes"}})});
  }
  // "medium open", "low resolved: why"; empty: there never was one.
  std::string doubt(const TestPhone& phone) {
    const TestAnswer listing = server.get("/v1/devices/" + phone.id + "/problems");
    for (const json::value& item : listing.body.at("items").as_array()) {
      const json::object& problem = item.as_object();
      if (get_string(problem, "threat") != "app.repackaged") continue;
      std::string out = std::string(get_string(problem, "severity").value_or("")) + " " +
                        std::string(get_string(problem, "state").value_or(""));
      if (const auto by = get_string(problem, "resolved_by"); by && !by->empty())
        out += ": " + std::string(*by);
      return out;
    }
    return "";
  }

  TestServer server;
  std::vector<TestPhone> phones;
};

TEST_F(FleetAppsTest, TheOddOneOutIsToldWithCountsAndNoNames) {
  for (int i = 0; i < 4; ++i) install(phones[i], kMaker);
  install(phones[4], kStranger);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(doubt(phones[i]), "");
  EXPECT_EQ(doubt(phones[4]), "medium open");
  const TestAnswer findings = server.get("/v1/devices/" + phones[4].id + "/findings");
  const std::string text = json::serialize(findings.body);
  EXPECT_NE(text.find("on 4 phones"), std::string::npos) << text;
  EXPECT_NE(text.find(kMaker), std::string::npos);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(text.find(phones[i].id), std::string::npos);
}

TEST_F(FleetAppsTest, ItIsOverWithTheAppOrWithTheMakersVersion) {
  for (int i = 0; i < 3; ++i) install(phones[i], kMaker);
  install(phones[3], kStranger);
  install(phones[4], kStranger);
  EXPECT_EQ(doubt(phones[3]), "medium open");
  remove(phones[3]);
  EXPECT_EQ(doubt(phones[3]), "medium resolved: The app is removed");
  install(phones[4], kMaker);
  EXPECT_EQ(doubt(phones[4]), doubt(phones[4]).substr(0, doubt(phones[4]).find(':')) +
                                  ": The app is signed as on the other phones");
}

TEST_F(FleetAppsTest, ANewVersionThatEverybodyGetsIsOddOnlyAtFirst) {
  for (int i = 0; i < 2; ++i) install(phones[i], kMaker);
  install(phones[2], kStranger);
  EXPECT_EQ(doubt(phones[2]), "low open");
  remove(phones[0]);
  remove(phones[1]);
  install(phones[0], kStranger);
  install(phones[1], kStranger);
  install(phones[2], kStranger);
  EXPECT_EQ(doubt(phones[2]), "low resolved: The app is signed as on the other phones");
}

TEST_F(FleetAppsTest, ARotatedKeyIsTheMakers) {
  for (int i = 0; i < 4; ++i) install(phones[i], kMaker);
  install(phones[4], kSuccessor, {{"signers_past", {kMaker}}});
  EXPECT_EQ(doubt(phones[4]), "");
}

TEST_F(FleetAppsTest, AReportThatCameLateTellsTheFleetNothing) {
  for (int i = 0; i < 4; ++i) install(phones[i], kMaker);
  json::object older = server.observe(phones[4], "app.installed",
                                      {{"package", "org.example.notes"}, {"signers", {kStranger}}});
  install(phones[4], kMaker);
  server.report(phones[4], {std::move(older)});
  EXPECT_EQ(doubt(phones[4]), "");
}

TEST_F(FleetAppsTest, PhonesThatSayNothingOfSignersAreLeftAlone) {
  for (int i = 0; i < 4; ++i) install(phones[i], kMaker);
  install(phones[4], kStranger, {{"signature", "rejected"}});
  EXPECT_EQ(doubt(phones[4]), "");
  server.report(phones[4],
                {server.observe(phones[4], "app.installed", {{"package", "org.example.notes"}})});
  EXPECT_EQ(doubt(phones[4]), "");
}

json::object report_of(const std::string& signer, json::array lineage = {}) {
  return {{"package", "org.example.notes"},
          {"label", nullptr},
          {"sha256", std::string(64, 'f')},
          {"signature",
           {{"verdict", "verified"}, {"signers", {signer}}, {"lineage", std::move(lineage)}}},
          {"techniques", {"T1636.004"}},
          {"findings", json::array()},
          {"verdict", "clean"}};
}

TEST_F(FleetAppsTest, AnUploadedFileIsComparedWithWhatPhonesHave) {
  for (int i = 0; i < 4; ++i) install(phones[i], kMaker);
  const auto completed = [&](json::object report) {
    EXPECT_TRUE(server.store
                    ->read([&](store::Transaction& transaction) {
                      return add_fleet(
                          transaction.tenant(kDefaultTenant),
                          {.content = *server.deps->content, .evaluated_at = from_millis(0)},
                          report);
                    })
                    .ok());
    return report;
  };
  const json::object odd = completed(report_of(kStranger));
  EXPECT_EQ(get_string(odd, "verdict"), "suspicious");
  ASSERT_EQ(odd.at("findings").as_array().size(), 1u);
  EXPECT_EQ(odd.at("findings").at(0).at("severity"), "medium");
  EXPECT_EQ(get_strings(odd, "techniques"), (std::vector<std::string>{"T1636.004", "T1655.001"}));
  ASSERT_EQ(odd.at("fleet").as_array().size(), 1u);
  EXPECT_EQ(odd.at("fleet").at(0).at("signer").as_string(), kMaker);
  EXPECT_EQ(odd.at("fleet").at(0).at("phones"), 4);
  for (const json::object& known :
       {completed(report_of(kMaker)), completed(report_of(kSuccessor, {kMaker, kSuccessor}))}) {
    EXPECT_EQ(get_string(known, "verdict"), "clean");
    EXPECT_EQ(known.at("fleet").as_array().size(), 1u);
  }
  json::object unread = report_of(kStranger);
  unread["package"] = nullptr;
  EXPECT_FALSE(completed(unread).contains("fleet"));
}

}  // namespace
}  // namespace bartizan::server
