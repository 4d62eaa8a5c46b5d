#include "connect/deliverer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>

namespace bartizan::connect {
namespace {

// A queue in memory with the store's rules.
class FakeOutbox : public Outbox {
 public:
  void add(std::string id, std::string device) {
    const std::lock_guard lock(mutex_);
    queue_.push_back({.connector = "c", .item = {.id = std::move(id), .device_id = device}});
  }
  std::size_t queued() {
    const std::lock_guard lock(mutex_);
    return queue_.size();
  }
  Result<std::vector<Delivery>> due(std::string_view, Timestamp now, int limit) override {
    const std::lock_guard lock(mutex_);
    if (broken) return Error{ErrorCode::kUnavailable, "disk full"};
    std::vector<Delivery> out;
    std::map<std::string, bool> waits;
    for (const Delivery& delivery : queue_) {
      bool& waiting = waits[delivery.item.device_id];
      waiting = waiting || delivery.next_attempt > now;
      if (!waiting && out.size() < static_cast<std::size_t>(limit)) out.push_back(delivery);
    }
    return out;
  }
  Status settle(std::string_view, std::span<const Settlement> settlements, Timestamp) override {
    const std::lock_guard lock(mutex_);
    if (broken) return Error{ErrorCode::kUnavailable, "disk full"};
    for (const Settlement& settlement : settlements) {
      const auto found = std::find_if(queue_.begin(), queue_.end(), [&](const Delivery& delivery) {
        return delivery.item.id == settlement.item_id;
      });
      if (found == queue_.end()) return Error{ErrorCode::kNotFound, settlement.item_id};
      if (settlement.delivered) {
        queue_.erase(found);
      } else {
        ++found->attempts;
        found->next_attempt = settlement.next_attempt;
        errors.push_back(settlement.error);
      }
    }
    return {};
  }

  std::atomic<bool> broken = false;
  std::vector<std::string> errors;

 private:
  std::mutex mutex_;
  std::vector<Delivery> queue_;
};

class FakeConnector : public Connector {
 public:
  using Judge = std::function<Outcome(const OutboxItem&)>;
  FakeConnector(std::vector<std::string>& received, Judge judge)
      : received_(received), judge_(std::move(judge)) {}
  std::string_view id() const override { return "c"; }
  SendReport send(std::span<const OutboxItem> items, std::stop_token) override {
    SendReport report;
    std::map<std::string, bool> waiting;
    for (const OutboxItem& item : items) {
      SendResult& result = report.results.emplace_back();
      if (waiting[item.device_id]) continue;
      result.outcome = judge_(item);
      if (result.outcome == Outcome::kDelivered) received_.push_back(item.id);
      if (result.outcome == Outcome::kFailed) {
        result.error = "refused";
        waiting[item.device_id] = true;
      }
    }
    report.receiver_gone = gone;
    return report;
  }
  bool gone = false;

 private:
  std::vector<std::string>& received_;
  Judge judge_;
};

// Always the longest wait.
class HighRandom : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override { std::fill(out.begin(), out.end(), 0xff); }
};

struct DelivererTest : testing::Test {
  std::unique_ptr<Deliverer> make(FakeConnector::Judge judge, bool gone = false) {
    auto connector = std::make_unique<FakeConnector>(received, std::move(judge));
    connector->gone = gone;
    return std::make_unique<Deliverer>(std::move(connector), outbox, clock, random);
  }
  FakeOutbox outbox;
  ManualClock clock{from_millis(1000)};
  HighRandom random;
  std::vector<std::string> received;
};

using Ids = std::vector<std::string>;

Outcome deliver(const OutboxItem&) { return Outcome::kDelivered; }

TEST_F(DelivererTest, DeliversWhatIsDueInOrderAndMarksIt) {
  for (const char* id : {"1", "2", "3"}) outbox.add(id, "d");
  const auto deliverer = make(deliver);
  EXPECT_EQ(deliverer->run_once(), Duration::zero());
  EXPECT_EQ(received, (Ids{"1", "2", "3"}));
  EXPECT_EQ(outbox.queued(), 0u);
  EXPECT_EQ(deliverer->run_once(), Duration(1000));
}

TEST_F(DelivererTest, AFailureHoldsItsDeviceBackAndNoOther) {
  for (const char* id : {"a1", "b1", "a2", "b2"}) outbox.add(id, std::string(id, 1));
  bool fail = true;
  const auto deliverer = make([&](const OutboxItem& item) {
    return fail && item.id == "a1" ? Outcome::kFailed : Outcome::kDelivered;
  });
  deliverer->run_once();
  EXPECT_EQ(received, (Ids{"b1", "b2"}));
  EXPECT_EQ(outbox.errors, Ids{"refused"});
  fail = false;
  deliverer->run_once();
  EXPECT_EQ(received.size(), 2u);  // still waiting
  clock.advance(Duration(1000));
  deliverer->run_once();
  EXPECT_EQ(received, (Ids{"b1", "b2", "a1", "a2"}));
}

TEST_F(DelivererTest, WaitsTwiceAsLongAfterEachFailureUpToALimit) {
  outbox.add("1", "d");
  const auto deliverer = make([](const OutboxItem&) { return Outcome::kFailed; });
  std::vector<std::int64_t> waits;
  for (int i = 0; i < 12; ++i) {
    waits.push_back(deliverer->run_once().count());
    clock.advance(std::chrono::minutes(10));
  }
  EXPECT_EQ(waits, (std::vector<std::int64_t>{1000, 2000, 4000, 8000, 16000, 32000, 64000, 128000,
                                              256000, 300000, 300000, 300000}));
}

TEST_F(DelivererTest, TroubleIsLoggedWhenItBeginsAndWhenItEnds) {
  outbox.add("1", "d");
  bool fail = true;
  const auto deliverer =
      make([&](const OutboxItem&) { return fail ? Outcome::kFailed : Outcome::kDelivered; });
  testing::internal::CaptureStderr();
  for (int i = 0; i < 5; ++i) {
    deliverer->run_once();
    clock.advance(std::chrono::minutes(10));
  }
  fail = false;
  deliverer->run_once();
  outbox.add("2", "d");
  deliverer->run_once();
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 2) << log;
  EXPECT_NE(log.find("delivery failing connector=c what=receiver reason=refused"),
            std::string::npos)
      << log;
  EXPECT_NE(log.find("delivery recovered connector=c"), std::string::npos) << log;
}

TEST_F(DelivererTest, ChanceMovesAWaitByHalfOfItAtMost) {
  class LowRandom : public Random {
    void fill(std::span<std::uint8_t> out) override { std::fill(out.begin(), out.end(), 0); }
  } low;
  outbox.add("1", "d");
  Deliverer deliverer(
      std::make_unique<FakeConnector>(received, [](const OutboxItem&) { return Outcome::kFailed; }),
      outbox, clock, low);
  EXPECT_EQ(deliverer.run_once(), Duration(500));
}

TEST_F(DelivererTest, WhatCouldNotBeMarkedIsSentAgain) {
  outbox.add("1", "d");
  const auto deliverer = make([&](const OutboxItem&) {
    outbox.broken = true;
    return Outcome::kDelivered;
  });
  EXPECT_GT(deliverer->run_once(), Duration::zero());
  outbox.broken = false;
  EXPECT_EQ(outbox.queued(), 1u);
  deliverer->run_once();
  EXPECT_EQ(received, (Ids{"1", "1"}));
}

TEST_F(DelivererTest, AQueueThatCannotBeReadIsTriedLater) {
  const auto deliverer = make(deliver);
  outbox.broken = true;
  EXPECT_EQ(deliverer->run_once(), Duration(1000));
  EXPECT_EQ(deliverer->run_once(), Duration(2000));
}

TEST_F(DelivererTest, AReceiverThatIsGoneIsLeftAloneAndItsQueueKept) {
  outbox.add("1", "d");
  int asked = 0;
  const auto deliverer = make(
      [&](const OutboxItem&) {
        ++asked;
        return Outcome::kFailed;
      },
      true);
  deliverer->run_once();
  clock.advance(std::chrono::hours(24));
  deliverer->run_once();
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(outbox.queued(), 1u);
}

TEST_F(DelivererTest, ItsThreadDeliversWhenWokenAndStops) {
  auto connector = std::make_unique<FakeConnector>(received, deliver);
  Deliverer deliverer(std::move(connector), outbox, clock, random,
                      {.idle = std::chrono::minutes(10)});
  deliverer.start();
  for (int i = 0; i < 20; ++i) {
    outbox.add(std::to_string(i), "d");
    deliverer.wake();
    for (int wait = 0; wait < 500 && outbox.queued() > 0; ++wait)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    ASSERT_EQ(outbox.queued(), 0u) << i;
  }
  deliverer.stop();  // within the ten minutes it would sleep
  EXPECT_EQ(received.size(), 20u);
}

}  // namespace
}  // namespace bartizan::connect
