// The server with its listeners, as the program starts it.
#include "server/serve.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "net/server.h"

namespace bartizan::server {
namespace {

class ServeTest : public ::testing::Test {
 protected:
  ServeTest() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "bartizan-serve-XXXXXX").string();
    folder = mkdtemp(pattern.data());
    options.data = folder / "data";
    options.content = "content";
    options.console = folder / "console";
  }
  ~ServeTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }
  std::string refusal() const {
    const auto running = RunningServer::start(options);
    return running ? "" : running.error().message;
  }
  std::filesystem::path folder;
  ServeOptions options;
};

TEST_F(ServeTest, AStartThatFailsLeavesTheFirstPasswordToTheNext) {
  std::filesystem::create_directories(options.data);
  std::ofstream(options.data / "connectors.json") << "{";
  EXPECT_NE(refusal(), "");
  std::filesystem::remove(options.data / "connectors.json");
  options.plain_people = true;
  options.people.address = "0.0.0.0";
  EXPECT_NE(refusal(), "") << "plain HTTP is for loopback alone";
  options.plain_people = false;
  options.people.address = "127.0.0.1";
  {
    const auto running = RunningServer::start(options);
    ASSERT_TRUE(running.ok()) << running.error().message;
    EXPECT_TRUE((*running)->ready_line().contains("first_login"));
  }
  const auto again = RunningServer::start(options);
  ASSERT_TRUE(again.ok());
  EXPECT_FALSE((*again)->ready_line().contains("first_login"));
}

TEST_F(ServeTest, TheStartIsLoggedWithoutTheFirstPassword) {
  testing::internal::CaptureStderr();
  json::object ready;
  {
    const auto running = RunningServer::start(options);
    ASSERT_TRUE(running.ok()) << running.error().message;
    ready = (*running)->ready_line();
  }
  const std::string log = testing::internal::GetCapturedStderr();
  for (const char* member : {"devices", "enrolment", "data"}) {
    const std::string value(get_string(ready, member).value_or("missing"));
    EXPECT_NE(log.find(std::string(member) + "=" + value), std::string::npos) << log;
  }
  EXPECT_NE(log.find(" serving version="), std::string::npos) << log;
  EXPECT_NE(log.find(" content="), std::string::npos) << log;
  const json::object& first = ready.at("first_login").as_object();
  EXPECT_EQ(log.find(get_string(first, "password").value_or("")), std::string::npos);
}

TEST_F(ServeTest, ATakenPortIsNamedWithItsOption) {
  const auto taken = net::Server::start({}, [](const net::Request&, net::Responder) {});
  ASSERT_TRUE(taken.ok());
  options.devices = {.address = "127.0.0.1", .port = (*taken)->port(), .derived = true};
  const std::string said = refusal();
  EXPECT_NE(said.find("--device-listen"), std::string::npos) << said;
  EXPECT_NE(said.find("derived from --listen"), std::string::npos) << said;
  EXPECT_NE(said.find(std::to_string((*taken)->port())), std::string::npos) << said;
}

}  // namespace
}  // namespace bartizan::server
