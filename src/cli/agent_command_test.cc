// What can go wrong before a phone has spent its one-time token.
#include "cli/agent_command.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <sstream>
#include <vector>

#include "base/file.h"

namespace bartizan::cli {
namespace {

class AgentCommandTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) /
              ("agent-command-" + std::to_string(::getpid()) + "-" +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string scenario(std::string_view steps) {
    const auto file = folder_ / "my.scenario";
    EXPECT_TRUE(write_file_durably(
                    file, "device platform=android model=\"Pixel 8\" os=15\n" + std::string(steps))
                    .ok());
    return file.string();
  }
  std::string error_of(std::vector<std::string> args) {
    std::ostringstream out;
    std::ostringstream err;
    args.insert(args.end(), {"--data", (folder_ / "data").string()});
    EXPECT_EQ(run_agent(args, out, err), 2);
    return err.str();
  }

  std::filesystem::path folder_;
};

TEST_F(AgentCommandTest, MissesAScenariosFileBeforeItEnrols) {
  // Nothing listens on port 1: an attempt to enrol would be another error.
  const std::string error = error_of({"--server", "https://127.0.0.1:1/enrol#token=T", "--scenario",
                                      scenario("at 0s observe app.scan file=missing.apk\n")});
  EXPECT_NE(error.find("my.scenario:2: no file missing.apk"), std::string::npos) << error;
}

TEST_F(AgentCommandTest, BlamesTheIdentityNotTheScenario) {
  std::filesystem::create_directories(folder_ / "data");
  ASSERT_TRUE(write_file_durably(folder_ / "data" / "identity.json", "{").ok());
  const std::string error = error_of({"--scenario", scenario("at 0s observe agent.health {}\n")});
  EXPECT_NE(error.find("data/identity.json: "), std::string::npos) << error;
  EXPECT_EQ(error.find("my.scenario"), std::string::npos) << error;
}

TEST_F(AgentCommandTest, ShowsAScenarioThatExists) {
  std::ostringstream out;
  std::ostringstream err;
  ASSERT_EQ(run_agent(std::vector<std::string>{"--help"}, out, err), 0);
  const std::string help = out.str();
  const std::size_t start = help.find("demo/scenarios/");
  ASSERT_NE(start, std::string::npos);
  const std::string file = help.substr(start, help.find('\n', start) - start);
  EXPECT_TRUE(std::filesystem::exists(file)) << file;
}

TEST_F(AgentCommandTest, ReadsTheAddressWherePsDoesNotShowIt) {
  const std::string file = scenario("at 0s observe agent.health {}\n");
  const auto address = folder_ / "address";
  // Read, and refused for what is in it.
  ASSERT_TRUE(write_file_durably(address, " http://127.0.0.1:1/enrol#token=T\r\n").ok());
  std::string error = error_of({"--server-file", address.string(), "--scenario", file});
  EXPECT_NE(error.find("begins with https://"), std::string::npos) << error;
  std::istringstream input("http://127.0.0.1:1/enrol#token=T\n");
  std::streambuf* before = std::cin.rdbuf(input.rdbuf());
  error = error_of({"--server", "-", "--scenario", file});
  std::cin.rdbuf(before);
  std::cin.clear();
  EXPECT_NE(error.find("begins with https://"), std::string::npos) << error;
  ASSERT_TRUE(write_file_durably(address, "\n").ok());
  error = error_of({"--server-file", address.string(), "--scenario", file});
  EXPECT_NE(error.find("address: no enrolment address"), std::string::npos) << error;
}

}  // namespace
}  // namespace bartizan::cli
