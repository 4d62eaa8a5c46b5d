#include "agent/core/queue.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "base/file.h"
#include "base/id.h"

namespace bartizan::agent {
namespace {

class QueueTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) /
              ("queue-" + std::to_string(::getpid()) + "-" +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  Queue open(QueueLimits limits = {}) const {
    auto queue = Queue::open(folder_, limits);
    EXPECT_TRUE(queue.ok()) << (queue.ok() ? "" : queue.error().message);
    return std::move(queue).value();
  }
  static Status add(Queue& queue, std::size_t padding = 0) {
    SystemRandom random;
    return queue.append({.id = new_uuid(from_millis(1), random),
                         .sequence = queue.next_sequence(),
                         .kind = "agent.health",
                         .body = {{"agent_version", std::string(padding, 'v')}}});
  }
  static std::vector<std::int64_t> waiting(const Queue& queue) {
    std::vector<std::int64_t> out;
    const auto observations = queue.peek(10'000, 1 << 30);
    EXPECT_TRUE(observations.ok());
    for (const Observation& observation : *observations) out.push_back(observation.sequence);
    return out;
  }
  std::filesystem::path only_segment() const {
    std::filesystem::path found;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      if (entry.path().extension() == ".segment") found = entry.path();
    }
    return found;
  }

  std::filesystem::path folder_;
};

TEST_F(QueueTest, KeepsOrderAndNumbersAcrossReopening) {
  {
    Queue queue = open();
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(add(queue).ok());
    ASSERT_TRUE(queue.acknowledge(1).ok());
  }
  Queue queue = open();
  EXPECT_EQ(waiting(queue), (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(queue.next_sequence(), 4);
  ASSERT_TRUE(add(queue).ok());
  EXPECT_EQ(queue.length(), 3U);
  ASSERT_TRUE(queue.acknowledge(4).ok());
  EXPECT_EQ(open().next_sequence(), 5);  // nothing is left, the number is
  EXPECT_TRUE(only_segment().empty());
}

TEST_F(QueueTest, PeeksWithinBounds) {
  Queue queue = open();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(add(queue, 1000).ok());
  EXPECT_EQ(queue.peek(2, 1 << 20)->size(), 2U);
  EXPECT_EQ(queue.peek(10, 2500)->size(), 2U);
  EXPECT_EQ(queue.peek(10, 1)->size(), 1U);  // always one
}

TEST_F(QueueTest, CutsOffATornRecord) {
  {
    Queue queue = open();
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(add(queue).ok());
  }
  const auto whole = std::filesystem::file_size(only_segment());
  for (const std::uintmax_t lost : {1U, 20U}) {
    std::filesystem::resize_file(only_segment(), whole - lost);
    Queue queue = open();
    EXPECT_EQ(waiting(queue), (std::vector<std::int64_t>{1, 2}));
    ASSERT_TRUE(add(queue).ok());
    EXPECT_EQ(waiting(queue), (std::vector<std::int64_t>{1, 2, 3}));
    std::filesystem::remove_all(folder_);
    Queue again = open();
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(add(again).ok());
  }
}

TEST_F(QueueTest, StopsAtARottenRecord) {
  {
    Queue queue = open();
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(add(queue).ok());
  }
  {
    std::fstream file(only_segment(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(-4, std::ios::end);
    file.put('X');
  }
  EXPECT_EQ(waiting(open()), (std::vector<std::int64_t>{1, 2}));
}

TEST_F(QueueTest, DropsTheOldestWhenFullAndCounts) {
  const QueueLimits limits{.max_bytes = 8000, .segment_bytes = 2000};
  Queue queue = open(limits);
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(add(queue, 500).ok());
  std::uintmax_t bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) bytes += entry.file_size();
  EXPECT_LE(bytes, 8000U + 2000U);
  EXPECT_GT(queue.dropped(), 0);
  EXPECT_EQ(queue.dropped() + static_cast<std::int64_t>(queue.length()), 40);
  EXPECT_EQ(waiting(queue).back(), 40);  // the newest stay
  const std::int64_t dropped = queue.dropped();
  EXPECT_EQ(open(limits).dropped(), dropped);
}

TEST_F(QueueTest, SaysWhenTheDiskIsFullAndGoesOnAfterwards) {
  Queue queue = open();
  ASSERT_TRUE(add(queue).ok());
  // The size limit of this process's files stands in for a full disk.
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit old{};
  ::getrlimit(RLIMIT_FSIZE, &old);
  const rlimit tight{std::filesystem::file_size(only_segment()) + 20, old.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &tight);
  const Status full = add(queue, 1000);
  ::setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, old_handler);
  ASSERT_FALSE(full.ok());
  EXPECT_EQ(full.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(queue.dropped(), 1);
  ASSERT_TRUE(add(queue).ok());
  EXPECT_EQ(waiting(queue), (std::vector<std::int64_t>{1, 3}));
  EXPECT_EQ(waiting(open()), (std::vector<std::int64_t>{1, 3}));
}

TEST_F(QueueTest, SurvivesKillInTheMiddleOfWriting) {
  int written[2];
  ASSERT_EQ(::pipe(written), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto queue = Queue::open(folder_, {.segment_bytes = 4000});
    for (;;) {
      if (!add(*queue, 300).ok()) ::_exit(1);
      const std::int64_t sequence = queue->next_sequence() - 1;
      if (::write(written[1], &sequence, sizeof sequence) < 0) ::_exit(1);
    }
  }
  ::close(written[1]);
  std::int64_t last = 0;
  while (last < 60) ASSERT_GT(::read(written[0], &last, sizeof last), 0);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  std::int64_t more = 0;
  while (::read(written[0], &more, sizeof more) > 0) last = more;
  ::close(written[0]);
  const auto kept = waiting(open({.segment_bytes = 4000}));
  ASSERT_GE(kept.size(), static_cast<std::size_t>(last));  // what append promised is there
  for (std::size_t i = 0; i < kept.size(); ++i)
    EXPECT_EQ(kept[i], static_cast<std::int64_t>(i) + 1);
}

}  // namespace
}  // namespace bartizan::agent
