#include "connect/connectors.h"

#include <gtest/gtest.h>

#include "base/file.h"

namespace bartizan::connect {
namespace {

struct ConnectorsTest : testing::Test {
  void SetUp() override {
    folder = std::filesystem::path(testing::TempDir()) /
             testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    put("hook.secret", "0123456789abcdef\n");
    put("ca.pem", "CA");
    put("client.pem", "CERTIFICATE");
    put("client.key", "KEY");
  }
  void TearDown() override { std::filesystem::remove_all(folder); }
  void put(const std::string& name, std::string_view text) {
    ASSERT_TRUE(write_file_durably(folder / name, text).ok());
  }
  Result<std::vector<ConfiguredConnector>> load(std::string_view text) {
    put("connectors.json", text);
    return load_connectors(folder / "connectors.json", {"guard", "0.1.0"}, clock);
  }
  // The error, without the folder.
  std::string refused(std::string_view text) {
    const auto loaded = load(text);
    if (loaded.ok()) return "loaded";
    const std::string& message = loaded.error().message;
    const std::string prefix = (folder / "").string();
    return message.starts_with(prefix) ? message.substr(prefix.size()) : message;
  }
  std::filesystem::path folder;
  SystemClock clock;
};

TEST_F(ConnectorsTest, ThereAreNoneWithoutAFile) {
  EXPECT_TRUE(load_connectors(folder / "connectors.json", {}, clock)->empty());
}

TEST_F(ConnectorsTest, LoadsBothKinds) {
  const auto loaded = load(R"({"connectors": [
    {"id": "siem", "kind": "syslog_tls", "host": "siem.example", "ca_file": "ca.pem",
     "certificate_file": "client.pem", "key_file": "client.key", "facility": 4, "grace_ms": 100},
    {"id": "hook", "kind": "webhook", "url": "https://hooks.example/T0/secret-path?k=v",
     "secret_file": "hook.secret"}]})");
  ASSERT_TRUE(loaded.ok()) << loaded.error().message;
  ASSERT_EQ(loaded->size(), 2u);
  EXPECT_EQ((*loaded)[0].description.kind, "syslog_tls");
  EXPECT_EQ((*loaded)[0].description.target, "siem.example:6514");
  EXPECT_EQ((*loaded)[0].connector->id(), "siem");
  EXPECT_EQ((*loaded)[1].description.kind, "webhook");
  EXPECT_EQ((*loaded)[1].description.target, "https://hooks.example:443");
}

TEST_F(ConnectorsTest, EveryMistakeIsNamedWithItsLine) {
  EXPECT_EQ(refused("{\n\"connectors\": [\n}"), "connectors.json:3: JSON syntax error at byte 18");
  EXPECT_EQ(refused("[]"), "connectors.json:1: a JSON object is wanted");
  EXPECT_EQ(refused("{\n \"connector\": []}"),
            "connectors.json:2: connector is not a known member");
  EXPECT_EQ(refused("{\"connectors\":\n 3}"), "connectors.json:2: connectors must be a list");
  EXPECT_EQ(refused("{\"connectors\": [\n\n 3]}"),
            "connectors.json:3: a connector must be an object");
  EXPECT_EQ(refused("{\"connectors\": [\n {\"id\": \"a\",\n  \"kind\": \"pigeon\"}]}"),
            "connectors.json:3: kind must be \"syslog_tls\" or \"webhook\"");
  EXPECT_EQ(refused("{\"connectors\": [\n {\"id\": \"A b\", \"kind\": \"webhook\"}]}"),
            "connectors.json:2: id must be 1 to 64 of a-z, 0-9, '-', '_' and '.'");
  EXPECT_EQ(refused("{\"connectors\": [{\"id\": \"a\",\n\"kind\": \"syslog_tls\"}]}"),
            "connectors.json:1: host is missing");
  EXPECT_EQ(refused("{\"connectors\": [{\"id\": \"a\", \"kind\": \"syslog_tls\", \"host\": \"h\",\n"
                    "\"port\": 70000}]}"),
            "connectors.json:2: port must be an integer from 1 to 65535");
  EXPECT_EQ(refused("{\"connectors\": [{\"id\": \"a\", \"kind\": \"syslog_tls\", \"host\": \"h\",\n"
                    "\"prot\": 7}]}"),
            "connectors.json:2: prot is not a known member");
  EXPECT_EQ(refused("{\"connectors\": [{\"id\": \"a\",\n\"id\": \"b\"}]}"),
            "connectors.json:2: connectors.0.id is written twice");
  EXPECT_EQ(refused("{\"connectors\": [{\"id\": \"a\", \"kind\": \"syslog_tls\", \"host\": \"h\",\n"
                    "\"certificate_file\": \"client.pem\"}]}"),
            "connectors.json:2: certificate_file and key_file go together");
  const std::string twice =
      R"({"id": "a", "kind": "webhook", "url": "https://h/", "secret_file": "hook.secret"})";
  EXPECT_EQ(refused("{\"connectors\": [" + twice + ",\n" + twice + "]}"),
            "connectors.json:2: another connector has the id a");
}

TEST_F(ConnectorsTest, AWebhookIsEncryptedUnlessItStaysHereAndNeedsASecret) {
  const auto webhook = [&](std::string url, std::string secret_file) {
    return refused("{\"connectors\": [{\"id\": \"a\", \"kind\": \"webhook\", \"url\": \"" + url +
                   "\", \"secret_file\": \"" + secret_file + "\"}]}");
  };
  EXPECT_EQ(webhook("http://127.0.0.1:8080/in", "hook.secret"), "loaded");
  EXPECT_EQ(webhook("http://hooks.example/in", "hook.secret"),
            "connectors.json:1: url must be https, unless the receiver is on this machine");
  EXPECT_EQ(webhook("ftp://hooks.example/in", "hook.secret"),
            "connectors.json:1: url is not an http or https address");
  put("short", "12345");
  EXPECT_EQ(webhook("https://hooks.example/in", "short"),
            "connectors.json:1: secret_file holds a secret of fewer than 16 characters");
  EXPECT_TRUE(webhook("https://hooks.example/in", "none")
                  .starts_with("connectors.json:1: secret_file names a file that cannot be used: "
                               "cannot open "));
}

}  // namespace
}  // namespace bartizan::connect
