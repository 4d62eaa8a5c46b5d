// The proof of docs/privacy.md: an agent that sees secrets everywhere, and a search of every byte
// it sent and every byte on its disk for each of them.
#include "agent/core/privacy.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "agent/core/agent.h"
#include "agent/core/fake_device_server.h"
#include "base/file.h"
#include "model/observation_schema.h"

namespace bartizan::agent {
namespace {

class SilentPort final : public ActionPort {
 public:
  ActionOutcome carry_out(const Action&) override { return {}; }
};

// A text that occurs nowhere else, in every guise it might leave in.
std::vector<std::string> guises_of(const std::string& canary) {
  std::vector<std::string> out = {canary, hex(as_bytes(canary))};
  std::string percent;
  std::string wide;
  for (const char c : canary) {
    percent += "%" + hex(as_bytes(std::string(1, c)));
    wide += c;
    wide += '\0';
  }
  out.push_back(percent);
  out.push_back(wide);
  // Base64 looks different at each of three offsets; what does not depend on the neighbours
  // remains.
  for (std::size_t offset = 0; offset < 3; ++offset) {
    const std::string encoded = base64(as_bytes(std::string(offset, ' ') + canary + "  "));
    const std::size_t begin = offset == 0 ? 0 : 4;
    out.push_back(encoded.substr(begin, (canary.size() - 3) / 3 * 4 - begin));
  }
  return out;
}

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return text;
}

bool contains(const std::string& haystack, const std::string& canary) {
  const std::string folded = lower(haystack);
  for (const std::string& guise : guises_of(canary)) {
    if (haystack.find(guise) != std::string::npos) return true;
    if (folded.find(lower(guise)) != std::string::npos) return true;
  }
  return false;
}

std::string whole_folder(const std::filesystem::path& folder) {
  std::string out;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    out += entry.path().string() + "\n";
    if (entry.is_regular_file()) out += read_file(entry.path(), 64 << 20).value();
  }
  return out;
}

// A finding that says more than it should, as a careless detector's might: every secret of the
// observation in its label, summary, evidence and sentence.
detect::Verdict careless_judge(const Observation& seen, const detect::Context& context) {
  detect::Verdict verdict = detect::detect(seen, context);
  const bool malicious = json::serialize(seen.body).find("malicious") != std::string::npos;
  if (!malicious || seen.kind == "app.removed") return verdict;
  const bool network = seen.kind.starts_with("network.");
  const bool link = seen.kind == "link.opened" || seen.kind == "message.received";
  const std::string everything = json::serialize(seen.body);
  const Subject subject = network ? Subject{"network", everything, everything}
                          : link  ? Subject{"link", everything, everything}
                                  : Subject{"app", "com.malicious.app", "Malicious label"};
  Finding finding = detect::draft_finding(
      seen, context,
      network ? "network.open_wifi" : (link ? "link.known_phishing" : "app.stalkerware"), subject,
      "careless", "1");
  finding.summary = everything;
  for (const char* fact :
       {"url", "ssid", "bssid", "text", "label", "seen_issuer", "path", "installer"}) {
    finding.evidence.push_back({fact, everything, everything, 10});
  }
  verdict.findings.push_back(std::move(finding));
  return verdict;
}

class PrivacyTest : public testing::TestWithParam<PrivacyTier> {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) /
              ("privacy-" + std::to_string(::getpid()) + std::string(to_string(GetParam())));
    std::filesystem::remove_all(folder_);
    server_.tier = GetParam();
    const auto content = intel::Content::load("content");
    ASSERT_TRUE(content.ok()) << content.error().message;
    const Identity identity =
        enrol(server_.address(), {.model = "Pixel 8", .os_version = "15"}, random_).value();
    ASSERT_TRUE(save_identity(folder_, identity).ok());
    agent_ = Agent::open(folder_, {.clock = clock_,
                                   .random = random_,
                                   .content = *content,
                                   .actions = port_,
                                   .judge = careless_judge})
                 .value();
  }
  void TearDown() override {
    agent_.reset();
    std::filesystem::remove_all(folder_);
  }

  void see(const std::string& kind, json::object body) {
    const auto findings = agent_->observe(kind, std::move(body));
    EXPECT_TRUE(findings.ok()) << kind << ": " << (findings.ok() ? "" : findings.error().message);
  }

  // Everything an agent can see, innocent and not.
  void see_everything() {
    see("app.installed", {{"package", "org.canaryapppackage.notes"},
                          {"label", "CanaryAppLabelBenign"},
                          {"version_name", "CanaryVersionName"},
                          {"sha256", std::string(64, 'c')},
                          {"installer", "com.canaryinstaller.store"},
                          {"domains", json::array{"canaryappdomain.example"}}});
    // A messenger that handed over a malicious file is an app in its own right, and no threat.
    see("app.installed", {{"package", "com.malicious.app"},
                          {"label", "Malicious label"},
                          {"installer", "org.canarymessenger.app"}});
    see("app.removed", {{"package", "org.canaryremovedapp.game"}});
    see("link.opened",
        {{"url", "https://canarybenignhost.example/canarybenignpath?q=CanaryQuery"}});
    see("link.opened", {{"url", "https://malicious.example/canaryevilpath?token=CanaryToken"}});
    see("message.received", {{"channel", "sms"},
                             {"text", "CanaryMessageText about a malicious parcel"},
                             {"links", json::array{"https://canarymessagelink.example/x"}}});
    see("network.joined", {{"transport", "wifi"},
                           {"ssid", "CanaryHomeNetwork"},
                           {"bssid", "0a:ca:0b:ca:0c:ca"},
                           {"security", "wpa3"}});
    see("network.joined", {{"transport", "wifi"},
                           {"ssid", "malicious CanaryCafeNetwork"},
                           {"bssid", "0e:ca:0e:ca:0e:ca"},
                           {"security", "open"}});
    see("network.probe", {{"outcome", "wrong_key"},
                          {"ssid", "CanaryProbeNetwork"},
                          {"bssid", "0d:ca:0d:ca:0d:ca"},
                          {"seen_issuer", "CN=CanaryIssuerName"}});
    see("network.probe", {{"outcome", "ok"}, {"ssid", "CanaryProbeNetwork"}});
    see("certificate.changed", {{"change", "added"},
                                {"store", "user"},
                                {"sha256", std::string(64, 'd')},
                                {"subject", "CN=CanaryCertificateSubject"}});
    see("device.state", {{"model", "Pixel 8"}, {"screen_lock", false}});
    see("agent.health", {{"permissions_denied", json::array{"location"}}});
  }

  const std::vector<std::string> private_texts_ = {
      "canaryapppackage",  "CanaryAppLabelBenign", "CanaryVersionName", "canaryinstaller",
      "canaryappdomain",   "canaryremovedapp",     "canarybenignhost",  "canarybenignpath",
      "CanaryQuery",       "canaryevilpath",       "CanaryToken",       "CanaryHomeNetwork",
      "0a:ca:0b:ca:0c:ca", "CanaryCafeNetwork",    "0e:ca:0e:ca:0e:ca", "CanaryProbeNetwork",
      "0d:ca:0d:ca:0d:ca", "CanaryIssuerName",     "canarymessagelink", "CanaryCertificateSubject",
      "canarymessenger"};
  FakeDeviceServer server_;
  SystemRandom random_;
  SystemClock clock_;
  SilentPort port_;
  std::filesystem::path folder_;
  std::unique_ptr<Agent> agent_;
};

TEST_P(PrivacyTest, NothingATierMayNotCarryIsSentOrKept) {
  see_everything();
  std::string disk = whole_folder(folder_);  // while everything still waits
  ASSERT_TRUE(agent_->sync().ok());
  disk += whole_folder(folder_);
  const std::string wire = server_.everything();
  // The search finds what is there: the test can fail.
  EXPECT_TRUE(contains(wire, "agent.health"));
  EXPECT_TRUE(contains(disk, "agent.health"));

  EXPECT_FALSE(contains(wire, "CanaryMessageText")) << "no tier";
  EXPECT_FALSE(contains(disk, "CanaryMessageText")) << "no tier";
  const bool corporate = GetParam() == PrivacyTier::kCorporate;
  for (const std::string& text : private_texts_) {
    EXPECT_EQ(contains(wire, text), corporate) << text;
    if (!corporate) {
      EXPECT_FALSE(contains(disk, text)) << text;
    }
  }
  // What a threat is called may travel in byod, and not in minimal.
  EXPECT_EQ(contains(wire, "com.malicious.app"), GetParam() != PrivacyTier::kMinimal);
  if (GetParam() == PrivacyTier::kMinimal) {
    EXPECT_FALSE(contains(wire, "Pixel 8\",\"screen_lock"));
    EXPECT_FALSE(contains(disk, "com.malicious.app"));
    EXPECT_FALSE(contains(disk, "Malicious label"));
  }
}

TEST_P(PrivacyTest, EveryObservationFitsItsTiersSchema) {
  see_everything();
  ASSERT_TRUE(agent_->sync().ok());
  const auto sent = server_.observations();
  ASSERT_FALSE(sent.empty());
  for (const json::object& item : sent) {
    auto observation = observation_from_json(item);
    ASSERT_TRUE(observation.ok());
    const auto checked = check_observation(*observation, GetParam());
    ASSERT_TRUE(checked.ok()) << item << ": " << checked.error().message;
    EXPECT_TRUE(checked->unknown_fields.empty()) << item;
  }
}

TEST_P(PrivacyTest, AThreatThatGoesAwayIsToldByTheSameReference) {
  if (GetParam() == PrivacyTier::kCorporate) {
    GTEST_SKIP() << "the corporate tier sends what it saw and the server clears";
  }
  see("app.installed", {{"package", "com.malicious.app"}, {"label", "Malicious label"}});
  see("app.removed", {{"package", "org.innocent"}});  // clears nothing, tells nothing
  see("app.removed", {{"package", "com.malicious.app"}});
  ASSERT_TRUE(agent_->sync().ok());
  const auto sent = server_.observations();
  std::vector<std::string> kinds;
  for (const json::object& item : sent) kinds.emplace_back(get_string(item, "kind").value());
  ASSERT_EQ(kinds, (std::vector<std::string>{"threat.found", "threat.cleared"}));
  const auto reference = [&](std::size_t i) {
    return std::string(get_string(*get_object(sent[i], "body"), "subject_ref").value());
  };
  EXPECT_EQ(reference(0), reference(1));
  EXPECT_EQ(reference(0).size(), 43U);
}

INSTANTIATE_TEST_SUITE_P(Tiers, PrivacyTest,
                         testing::Values(PrivacyTier::kCorporate, PrivacyTier::kByod,
                                         PrivacyTier::kMinimal),
                         [](const auto& tier) { return std::string(to_string(tier.param)); });

TEST(SubjectReferences, DependOnThePhone) {
  const SubjectReferences one(std::string(32, 'a'));
  const SubjectReferences other(std::string(32, 'b'));
  EXPECT_EQ(one.of("app", "com.x"), one.of("app", "com.x"));
  EXPECT_NE(one.of("app", "com.x"), other.of("app", "com.x"));
  EXPECT_NE(one.of("app", "com.x"), one.of("link", "com.x"));
  EXPECT_EQ(one.of("device", ""), "");
}

}  // namespace
}  // namespace bartizan::agent
