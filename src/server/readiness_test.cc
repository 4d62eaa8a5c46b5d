// Whether the server says in time that it cannot write.
#include <gtest/gtest.h>

#include <thread>

#include "server/readiness.h"
#include "server/test_server.h"

namespace bartizan::server {
namespace {

using Clock = std::chrono::steady_clock;

// Holds the database's lock as another process would, until it goes.
class OtherWriter {
 public:
  explicit OtherWriter(const std::filesystem::path& path)
      : store_(store::open_sqlite({.path = path}).value()) {
    thread_ = std::thread([this] {
      (void)store_->write([this](store::Transaction& transaction) {
        const Status written = transaction.tenant("other").put_setting("k", "v");
        holding_.set_value();
        release_.get_future().wait();
        return written;
      });
    });
    holding_.get_future().wait();
  }
  ~OtherWriter() {
    release_.set_value();
    thread_.join();
  }

 private:
  std::unique_ptr<store::Store> store_;
  std::promise<void> holding_;
  std::promise<void> release_;
  std::thread thread_;
};

TEST(Readiness, ALockedDatabaseIsSaidSoonAndPasses) {
  TestServer server;
  std::string log;
  {
    const OtherWriter other(server.folder / "bartizan.db");
    testing::internal::CaptureStderr();
    const auto started = Clock::now();
    const TestAnswer answer = server.call(Listener::kPeople, "GET", "/readyz");
    // The store itself waits 5 s for a lock. (It is promised within one; the rest is for slow
    // machines.)
    EXPECT_LT(Clock::now() - started, std::chrono::seconds(3));
    EXPECT_EQ(answer.status, 503);
    EXPECT_NE(std::string(get_string(answer.body, "detail").value_or("")).find("locked"),
              std::string::npos);
  }
  const auto until = Clock::now() + std::chrono::seconds(30);
  int status = 0;
  while (status != 200 && Clock::now() < until)
    status = server.call(Listener::kPeople, "GET", "/readyz").status;
  EXPECT_EQ(status, 200);
  log = testing::internal::GetCapturedStderr();
  EXPECT_NE(log.find("store trouble reason=\"database is locked\""), std::string::npos) << log;
  EXPECT_NE(log.find("store recovered"), std::string::npos) << log;
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 2) << log;
}

// A store whose disk hangs.
class HangingStore final : public store::Store {
 public:
  Status write(const std::function<Status(store::Transaction&)>&) override { return {}; }
  Status read(const std::function<Status(store::Transaction&)>&) override { return {}; }
  Result<std::vector<std::string>> tenants() override { return std::vector<std::string>(); }
  Status backup(const std::string&) override { return {}; }
  Status check() override {
    ++checks;
    going_on.wait();
    return {};
  }
  std::atomic<int> checks = 0;
  std::promise<void> go_on;
  std::shared_future<void> going_on = go_on.get_future().share();
};

TEST(Readiness, ADiskThatHangsIsNotWaitedForAndNotAskedTwice) {
  HangingStore store;
  Readiness readiness(store);
  for (int i = 0; i < 2; ++i) EXPECT_FALSE(readiness.check().ok());
  EXPECT_EQ(store.checks, 1);
  store.go_on.set_value();
  const auto until = Clock::now() + std::chrono::seconds(30);
  bool ready = false;
  while (!ready && Clock::now() < until) ready = readiness.check().ok();
  EXPECT_TRUE(ready);
}

}  // namespace
}  // namespace bartizan::server
