// The agent against a server of the device API, over real sockets and a real folder.
#include "agent/core/agent.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

#include "agent/core/fake_device_server.h"
#include "base/file.h"
#include "problem/fold.h"

namespace bartizan::agent {
namespace {

using namespace std::chrono_literals;

class RecordingPort final : public ActionPort {
 public:
  ActionOutcome carry_out(const Action& action) override {
    carried_out.push_back(action);
    return {ActionState::kDone, "Done by the test."};
  }
  std::vector<Action> carried_out;
};

class AgentTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { content_ = intel::Content::load("content").value(); }
  static void TearDownTestSuite() { content_.reset(); }

  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) /
              ("agent-" + std::to_string(::getpid()) + "-" +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
    server_.policies = {{.id = "corporate",
                         .source = read_file("content/policies/corporate.yaml", 1 << 20).value()}};
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  Result<Identity> enrol_phone() {
    return enrol(server_.address(), {.model = "Pixel 8", .os_version = "15"}, random_);
  }
  std::unique_ptr<Agent> start() {
    if (!load_identity(folder_).ok()) {
      EXPECT_TRUE(save_identity(folder_, enrol_phone().value()).ok());
    }
    auto agent = Agent::open(
        folder_, {.clock = clock_, .random = random_, .content = content_, .actions = port_});
    EXPECT_TRUE(agent.ok()) << (agent.ok() ? "" : agent.error().message);
    return std::move(agent).value();
  }
  static Status see(Agent& agent, const std::string& kind, json::object body) {
    const auto findings = agent.observe(kind, std::move(body));
    return findings.ok() ? Status() : findings.error();
  }
  // Has the policies, has lost the server, and has just judged the link by itself.
  std::unique_ptr<Agent> open_phishing_link_offline() {
    EXPECT_TRUE(start()->refresh_policies().ok());
    server_.stop();
    auto agent = start();
    const json::object link{{"url", "https://xn--pypal-4ve.com/login"}, {"source", "sms"}};
    EXPECT_TRUE(see(*agent, "link.opened", link).ok());
    EXPECT_FALSE(agent->sync().ok());
    return agent;
  }

  inline static std::shared_ptr<const intel::Content> content_;
  FakeDeviceServer server_;
  SystemRandom random_;
  ManualClock clock_{SystemClock().now()};
  RecordingPort port_;
  std::filesystem::path folder_;
};

TEST_F(AgentTest, EnrolsOnceAgainstTheRightCaAlone) {
  EnrolmentAddress other = server_.address();
  other.ca_sha256 = net::TestAuthority().certificate_sha256();
  EXPECT_EQ(enrol(other, {.model = "m", .os_version = "1"}, random_).error().code,
            ErrorCode::kDenied);
  EXPECT_FALSE(server_.token_used);  // the token did not go to a stranger
  const auto identity = enrol_phone();
  ASSERT_TRUE(identity.ok()) << identity.error().message;
  EXPECT_EQ(identity->device.group, "corporate");
  EXPECT_EQ(enrol_phone().error().code, ErrorCode::kConflict);
}

TEST_F(AgentTest, SendsWhatItSawAndGoesOnAfterARestart) {
  {
    const auto agent = start();
    ASSERT_TRUE(see(*agent, "device.state", {{"screen_lock", true}}).ok());
    ASSERT_TRUE(agent->sync().ok());
    ASSERT_TRUE(see(*agent, "agent.health", {}).ok());
    EXPECT_EQ(agent->waiting(), 1U);
  }
  const auto agent = start();
  ASSERT_TRUE(see(*agent, "app.removed", {{"package", "com.example"}}).ok());
  ASSERT_TRUE(agent->sync().ok());
  EXPECT_EQ(agent->waiting(), 0U);
  const auto sent = server_.observations();
  ASSERT_EQ(sent.size(), 3U);
  for (std::size_t i = 0; i < sent.size(); ++i) {
    EXPECT_EQ(get_int(sent[i], "sequence"), static_cast<std::int64_t>(i) + 1);
    EXPECT_TRUE(observation_from_json(sent[i]).ok());
  }
}

TEST_F(AgentTest, RefusesAnObservationThatBreaksItsSchema) {
  const auto agent = start();
  EXPECT_EQ(see(*agent, "link.opened", {}).error().code, ErrorCode::kInvalid);
  EXPECT_EQ(see(*agent, "no.such", {}).error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(agent->waiting(), 0U);
}

TEST_F(AgentTest, ARejectedObservationDoesNotBlockTheQueue) {
  const auto agent = start();
  server_.status_of = [](const json::object& item) {
    return get_int(item, "sequence") == 2 ? "rejected" : "stored";
  };
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(see(*agent, "agent.health", {}).ok());
  ASSERT_TRUE(agent->sync().ok());
  EXPECT_EQ(agent->waiting(), 0U);
  EXPECT_EQ(server_.observations().size(), 2U);
}

TEST_F(AgentTest, AnObservationThatSpoilsItsBatchIsFoundAndDropped) {
  const auto agent = start();
  server_.spoils_batch = [](const json::object& item) { return get_int(item, "sequence") == 4; };
  for (int i = 0; i < 9; ++i) ASSERT_TRUE(see(*agent, "agent.health", {}).ok());
  ASSERT_TRUE(agent->sync().ok());
  EXPECT_EQ(agent->waiting(), 0U);
  EXPECT_EQ(server_.observations().size(), 8U);
}

TEST_F(AgentTest, KeepsItsQueueWhileTheServerCannotOrWillNotTakeIt) {
  const auto agent = start();
  ASSERT_TRUE(see(*agent, "agent.health", {}).ok());
  for (const auto& [status, code] :
       {std::pair{503, ErrorCode::kUnavailable}, std::pair{403, ErrorCode::kDenied}}) {
    server_.refuse_with = status;
    EXPECT_EQ(agent->sync().error().code, code);
    EXPECT_EQ(agent->waiting(), 1U);
  }
  server_.refuse_with = 0;
  EXPECT_TRUE(agent->sync().ok());
  EXPECT_EQ(agent->waiting(), 0U);
}

TEST_F(AgentTest, CarriesAnActionOutOnceThoughItsResultWasLost) {
  const auto agent = start();
  server_.actions = {{.id = "a-1", .kind = ActionKind::kNotifyUser, .title = "Hello"}};
  server_.fail_results = 1;
  EXPECT_FALSE(agent->take_actions(0s).ok());
  EXPECT_EQ(agent->take_actions(0s).value(), 1U);
  EXPECT_EQ(agent->take_actions(0s).value(), 0U);
  EXPECT_EQ(port_.carried_out.size(), 1U);
  ASSERT_EQ(server_.results.size(), 1U);
  EXPECT_EQ(server_.results[0], std::pair(std::string("a-1"), std::string("done")));
}

TEST_F(AgentTest, CarriesAnActionOutOnceThoughItRestarted) {
  server_.actions = {{.id = "a-1", .kind = ActionKind::kBlockDomain, .title = "Block"}};
  server_.fail_results = 1;
  EXPECT_FALSE(start()->take_actions(0s).ok());
  EXPECT_EQ(start()->take_actions(0s).value(), 1U);
  EXPECT_EQ(port_.carried_out.size(), 1U);
  ASSERT_EQ(server_.results.size(), 1U);
}

TEST_F(AgentTest, BlocksADomainAloneWhenOfflineAndNotTwice) {
  const auto agent = open_phishing_link_offline();
  const std::size_t done = port_.carried_out.size();
  ASSERT_GE(done, 2U);
  server_.start();
  ASSERT_TRUE(agent->sync().ok());
  bool blocked = false;
  for (const Action& alone : port_.carried_out) {
    blocked = blocked || alone.kind == ActionKind::kBlockDomain;
    EXPECT_NE(alone.subject.key.find("xn--pypal-4ve.com"), std::string::npos) << alone.subject.key;
    Action asked = alone;
    asked.id = "a-" + std::to_string(server_.actions.size());
    server_.actions.push_back(asked);
  }
  EXPECT_TRUE(blocked);
  EXPECT_EQ(agent->take_actions(0s).value(), done);
  EXPECT_EQ(port_.carried_out.size(), done);
  EXPECT_EQ(server_.results.size(), done);
}

TEST_F(AgentTest, TellsThePersonByCachedPolicyWhenOfflineAndNotTwice) {
  {
    const auto agent = start();
    ASSERT_TRUE(agent->refresh_policies().ok());
  }
  server_.stop();
  const auto agent = start();  // the policy is read from disk
  ASSERT_TRUE(see(*agent, "device.state", {{"root_signs", json::array{"su_binary"}}}).ok());
  EXPECT_TRUE(port_.carried_out.empty());  // perhaps the server will decide
  EXPECT_FALSE(agent->sync().ok());
  ASSERT_EQ(port_.carried_out.size(), 1U);
  EXPECT_EQ(port_.carried_out[0].kind, ActionKind::kNotifyUser);
  EXPECT_FALSE(port_.carried_out[0].title.empty());
  EXPECT_FALSE(port_.carried_out[0].message.empty());
  // Already known to be offline: at once.
  ASSERT_TRUE(
      see(*agent, "network.probe", {{"outcome", "wrong_key"}, {"bssid", "02:00:00:00:00:01"}})
          .ok());
  ASSERT_EQ(port_.carried_out.size(), 3U);
  EXPECT_EQ(port_.carried_out[2].kind, ActionKind::kDisconnectNetwork);

  server_.start();
  ASSERT_TRUE(agent->sync().ok());
  server_.actions = {{.id = "a-1",
                      .problem_id = port_.carried_out[0].problem_id,
                      .kind = ActionKind::kNotifyUser}};
  EXPECT_EQ(agent->take_actions(0s).value(), 1U);
  EXPECT_EQ(port_.carried_out.size(), 3U);
  EXPECT_EQ(server_.results.at(0).second, "done");
}

TEST_F(AgentTest, LeavesTheDecisionToAServerInReach) {
  const auto agent = start();
  ASSERT_TRUE(agent->refresh_policies().ok());
  ASSERT_TRUE(see(*agent, "device.state", {{"root_signs", json::array{"su_binary"}}}).ok());
  ASSERT_TRUE(agent->sync().ok());
  EXPECT_TRUE(port_.carried_out.empty());
}

TEST_F(AgentTest, RenewsItsCertificateInTheLastThirdOfItsLife) {
  const auto agent = start();
  ASSERT_TRUE(agent->renew_certificate_if_due().ok());
  EXPECT_EQ(server_.renewals, 0);
  clock_.advance(std::chrono::hours(20));  // of a day
  ASSERT_TRUE(agent->renew_certificate_if_due().ok());
  EXPECT_EQ(server_.renewals, 1);
  const std::string old_serial = server_.last_peer;
  ASSERT_TRUE(see(*agent, "agent.health", {}).ok());
  ASSERT_TRUE(agent->sync().ok());
  EXPECT_NE(server_.last_peer, old_serial);
  const auto kept = certificate_validity(load_identity(folder_)->certificate_pem);
  EXPECT_GT(kept->not_after, clock_.now() + std::chrono::hours(24 * 20));
}

TEST_F(AgentTest, TellsHowFarItsClockIsFromTheServers) {
  const auto agent = start();
  clock_.advance(1h);
  ASSERT_TRUE(see(*agent, "agent.health", {}).ok());
  ASSERT_TRUE(agent->sync().ok());
  ASSERT_TRUE(see(*agent, "agent.health", {}).ok());
  ASSERT_TRUE(agent->sync().ok());
  const auto sent = server_.observations();
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_FALSE(get_int(sent[0].at("body").as_object(), "clock_skew_seconds"))
      << "no answer has told it yet";
  const auto skew = get_int(sent[1].at("body").as_object(), "clock_skew_seconds");
  ASSERT_TRUE(skew);
  // The test's clock stands still while real time goes on.
  EXPECT_LE(*skew, 3601);
  EXPECT_GE(*skew, 3600 - 60);
}

TEST_F(AgentTest, InTheByodTierDoesNotRepeatWhatItDidOffline) {
  server_.tier = PrivacyTier::kByod;
  server_.group = "personal";
  server_.policies = {
      {.id = "personal", .source = read_file("content/policies/personal.yaml", 1 << 20).value()}};
  const auto agent = open_phishing_link_offline();
  const std::size_t done = port_.carried_out.size();
  ASSERT_GE(done, 1U);
  server_.start();
  ASSERT_TRUE(agent->sync().ok());
  // What the server makes of the report: its problem, and the same actions about it.
  const auto sent = server_.observations();
  ASSERT_FALSE(sent.empty());
  std::vector<Action> asked;
  for (const json::object& item : sent) {
    auto observation = observation_from_json(item).value();
    observation.device_id = agent->device().id;
    const auto verdict =
        detect::detect(observation, {.content = *content_, .evaluated_at = clock_.now()});
    std::vector<Problem> problems;
    problem::fold(problems, verdict.findings, verdict.clearances, observation.sequence,
                  content_->threats(), clock_.now());
    for (const Problem& problem : problems) {
      for (const Action& alone : port_.carried_out) {
        const Threat* threat = content_->find_threat(problem.threat);
        if (threat == nullptr || alone.title != threat->title) continue;
        asked.push_back({.id = "a-" + std::to_string(asked.size()),
                         .problem_id = problem.id,
                         .kind = alone.kind,
                         .subject = problem.subject});
      }
    }
  }
  EXPECT_EQ(asked.size(), done);
  server_.actions = asked;
  EXPECT_EQ(agent->take_actions(0s).value(), done);
  EXPECT_EQ(port_.carried_out.size(), done) << "nothing was done a second time";
  EXPECT_EQ(server_.results.size(), done);
}

TEST_F(AgentTest, RunsUntilStopped) {
  const auto agent = start();
  std::jthread running([&](std::stop_token stop) { agent->run(stop, 0s); });
  ASSERT_TRUE(see(*agent, "agent.health", {}).ok());
  for (int i = 0; i < 250 && agent->waiting() != 0; ++i) std::this_thread::sleep_for(20ms);
  EXPECT_EQ(agent->waiting(), 0U);
}

}  // namespace
}  // namespace bartizan::agent
