// A phone's whole life, from its scenario's file on, against a server of the device API.
#include "agent/sim/fleet.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

#include "agent/core/fake_device_server.h"
#include "agent/core/folder_lock.h"
#include "base/file.h"

namespace bartizan::agent {
namespace {

using namespace std::chrono_literals;

class FleetTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) /
              ("fleet-" + std::to_string(::getpid()) + "-" +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    content_ = intel::Content::load("content").value();
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  FleetPhone phone(std::string_view steps) {
    const auto file = folder_ / "phone.scenario";
    const std::string text =
        "device platform=android model=\"Pixel 8\" os=15\n" + std::string(steps);
    EXPECT_TRUE(write_file_durably(file, text).ok());
    return load_phone(file).value();
  }
  Status play(const FleetPhone& phone, std::stop_token stop = {}) {
    return run_phone(phone,
                     {.folder = folder_ / "data", .address = server_.address(), .settle = 50ms},
                     {.clock = clock_, .scan_app = scan_beside(phone.scenario_file, "", content_)},
                     random_, content_, stop);
  }

  SystemClock clock_;
  SystemRandom random_;
  FakeDeviceServer server_;
  std::filesystem::path folder_;
  std::shared_ptr<const intel::Content> content_;
};

TEST_F(FleetTest, DoesNotEndBeforeTheServerWasAskedForActions) {
  server_.actions = {{.id = "a-1", .kind = ActionKind::kBlockDomain, .title = "Block"}};
  server_.fail_fetches = 3;
  const Status played = play(phone("at 0s observe agent.health {}\n"));
  ASSERT_TRUE(played.ok()) << played.error().message;
  ASSERT_EQ(server_.results.size(), 1U);
  EXPECT_EQ(server_.results[0], std::pair(std::string("a-1"), std::string("done")));
}

TEST_F(FleetTest, TwoAgentsDoNotShareAFolder) {
  {
    const auto other = FolderLock::take(folder_ / "data");
    ASSERT_TRUE(other.ok()) << other.error().message;
    const Status played = play(phone("at 0s observe agent.health {}\n"));
    ASSERT_FALSE(played.ok());
    EXPECT_EQ(played.error().code, ErrorCode::kConflict);
    EXPECT_FALSE(server_.token_used);
  }
  EXPECT_TRUE(play(phone("at 0s observe agent.health {}\n")).ok());
}

TEST_F(FleetTest, NamesTheLineOfAMissingFile) {
  const FleetPhone scans = phone("at 0s observe app.scan file=some.apk\n");
  const Status missing = check_files(scans, folder_ / "files");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  EXPECT_NE(missing.error().message.find("phone.scenario:2: no file some.apk"), std::string::npos)
      << missing.error().message;
  std::filesystem::create_directories(folder_ / "files");
  ASSERT_TRUE(write_file_durably(folder_ / "files" / "some.apk", "x").ok());
  EXPECT_TRUE(check_files(scans, folder_ / "files").ok());
  const FleetPhone later = phone("on action lock after 1s observe app.scan file=other.apk\n");
  EXPECT_EQ(check_files(later, folder_ / "files").error().code, ErrorCode::kNotFound);
}

TEST_F(FleetTest, WaitsAtEnrolmentForAServerThatIsJustStarting) {
  server_.stop();
  std::jthread starting([&] {
    std::this_thread::sleep_for(300ms);
    server_.start();
  });
  const Status played = play(phone("at 0s observe agent.health {}\n"));
  EXPECT_TRUE(played.ok()) << played.error().message;
  EXPECT_TRUE(server_.token_used);
}

}  // namespace
}  // namespace bartizan::agent
