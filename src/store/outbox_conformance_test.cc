#include "store/store_conformance.h"

namespace bartizan::store {
namespace {

class OutboxConformance : public StoreConformance {
 protected:
  void queue(std::string id, std::string device, std::vector<std::string> connectors = {"siem"}) {
    ASSERT_TRUE(rows([&](Rows& all) {
                  return all.add_outbox({.id = id,
                                         .device_id = device,
                                         .kind = "problem.opened",
                                         .event = "{\"id\":\"" + id + "\"}",
                                         .created_at = from_millis(1)},
                                        connectors);
                }).ok());
  }
  std::vector<std::string> due(int now, int limit = 100, std::string connector = "siem") {
    std::vector<std::string> out;
    const auto deliveries =
        rows([&](Rows& all) { return all.due_deliveries(connector, from_millis(now), limit); });
    for (const Delivery& delivery : *deliveries) out.push_back(delivery.item.id);
    return out;
  }
  void delivered(std::string id, std::string connector = "siem") {
    ASSERT_TRUE(
        rows([&](Rows& all) { return all.mark_delivered(connector, id, from_millis(77)); }).ok());
  }
  void failed(std::string id, int next) {
    ASSERT_TRUE(rows([&](Rows& all) {
                  return all.mark_failed("siem", id, from_millis(next), "connection refused");
                }).ok());
  }
};
BARTIZAN_STORE_CONFORMANCE(OutboxConformance);

using Ids = std::vector<std::string>;

TEST_P(OutboxConformance, DeliveriesComeInTheOrderOfWritingWhateverTheirIds) {
  queue("z", "d1");
  queue("a", "d1");
  queue("m", "d2");
  EXPECT_EQ(due(1), (Ids{"z", "a", "m"}));
  EXPECT_EQ(due(1, 2), (Ids{"z", "a"}));
  EXPECT_EQ(due(0), Ids{});
  delivered("z");
  EXPECT_EQ(due(1), (Ids{"a", "m"}));
}

TEST_P(OutboxConformance, ADeviceWaitsBehindItsOldestFailureAndOthersDoNot) {
  queue("1", "d1");
  queue("2", "d1");
  queue("3", "d2");
  failed("1", 50);
  EXPECT_EQ(due(49), Ids{"3"});
  EXPECT_EQ(due(50), (Ids{"1", "2", "3"}));
  const auto deliveries =
      *rows([](Rows& all) { return all.due_deliveries("siem", from_millis(50), 1); });
  EXPECT_EQ(deliveries[0].attempts, 1);
  EXPECT_EQ(deliveries[0].connector, "siem");
  EXPECT_EQ(deliveries[0].next_attempt, from_millis(50));
  EXPECT_EQ(deliveries[0].item.event, "{\"id\":\"1\"}");
  EXPECT_EQ(deliveries[0].item.kind, "problem.opened");
  delivered("1");
  EXPECT_EQ(due(49), (Ids{"2", "3"}));
}

// Looking at everything ahead of each row would take far longer than the bound.
TEST_P(OutboxConformance, LongQueuesBehindFailuresAreSoonLookedAt) {
  constexpr int kQueued = 15'000;
  ASSERT_TRUE(rows([&](Rows& all) -> Status {
                const std::vector<std::string> connectors = {"siem"};
                for (const std::string device : {"a", "b"}) {
                  for (int i = 0; i < kQueued; ++i) {
                    BARTIZAN_TRY(all.add_outbox(
                        {.id = device + std::to_string(i), .device_id = device}, connectors));
                  }
                }
                return all.add_outbox({.id = "other", .device_id = "c"}, connectors);
              }).ok());
  failed("a0", 1000);
  failed("b0", 1000);
  const auto started = std::chrono::steady_clock::now();
  EXPECT_EQ(due(999), Ids{"other"});
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(2));
}

TEST_P(OutboxConformance, ConnectorsAreServedApart) {
  queue("1", "d1", {"siem", "hook"});
  delivered("1");
  EXPECT_EQ(due(1), Ids{});
  EXPECT_EQ(due(1, 10, "hook"), Ids{"1"});
  delivered("1", "hook");
  EXPECT_EQ(due(1, 10, "hook"), Ids{});
}

TEST_P(OutboxConformance, AnItemIsQueuedOnceByItsId) {
  queue("1", "d1");
  queue("1", "d1");
  EXPECT_EQ(due(1), Ids{"1"});
}

TEST_P(OutboxConformance, WithoutConnectorsNothingIsKept) {
  queue("1", "d1", {});
  queue("1", "d1", {"siem"});
  EXPECT_EQ(due(1), Ids{"1"});
}

TEST_P(OutboxConformance, StatusCountsEachDeliveryOnce) {
  queue("1", "d1");
  queue("2", "d1");
  failed("1", 5);
  auto status = *rows([](Rows& all) { return all.connector_status("siem"); });
  EXPECT_EQ(status.queued, 2);
  EXPECT_EQ(status.delivered, 0);
  EXPECT_EQ(status.last_error, "connection refused");
  EXPECT_FALSE(status.last_delivered_at.has_value());
  delivered("1");
  delivered("1");
  delivered("unheard-of");
  failed("1", 9);  // late news of what was delivered meanwhile
  status = *rows([](Rows& all) { return all.connector_status("siem"); });
  EXPECT_EQ(status.queued, 1);
  EXPECT_EQ(status.delivered, 1);
  EXPECT_EQ(status.last_error, "");
  EXPECT_EQ(status.last_delivered_at, from_millis(77));
}

}  // namespace
}  // namespace bartizan::store
