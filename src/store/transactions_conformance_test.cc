#include <atomic>
#include <thread>

#include "store/store_conformance.h"

namespace bartizan::store {
namespace {

class TransactionConformance : public StoreConformance {};
BARTIZAN_STORE_CONFORMANCE(TransactionConformance);

Device device_named(std::string id) { return {.id = std::move(id), .name = "phone"}; }

TEST_P(TransactionConformance, AnErrorLeavesNothingOfTheTransaction) {
  const Status status = store_->write([](Transaction& transaction) -> Status {
    BARTIZAN_TRY(transaction.tenant("acme").put_device(device_named("d1")));
    BARTIZAN_TRY(transaction.tenant("globex").put_device(device_named("d2")));
    return Error{ErrorCode::kLimit, "enough"};
  });
  EXPECT_EQ(status.error().code, ErrorCode::kLimit);
  EXPECT_FALSE(rows([](Rows& all) { return all.device("d1"); })->has_value());
  EXPECT_FALSE(with("globex", [](Rows& all) { return all.device("d2"); })->has_value());
}

TEST_P(TransactionConformance, AnExceptionLeavesNothingAndTheStoreUsable) {
  EXPECT_THROW((void)store_->write([](Transaction& transaction) -> Status {
    EXPECT_TRUE(transaction.tenant("acme").put_device(device_named("d1")).ok());
    throw std::runtime_error("bug");
  }),
               std::runtime_error);
  EXPECT_FALSE(rows([](Rows& all) { return all.device("d1"); })->has_value());
}

TEST_P(TransactionConformance, WhatWasWrittenIsThereAfterReopening) {
  ASSERT_TRUE(rows([](Rows& all) { return all.put_device(device_named("d1")); }).ok());
  reopen();
  EXPECT_TRUE(rows([](Rows& all) { return all.device("d1"); })->has_value());
}

TEST_P(TransactionConformance, ATransactionSeesItsOwnWrites) {
  EXPECT_TRUE(rows([](Rows& all) -> Result<bool> {
                BARTIZAN_TRY(all.put_device(device_named("d1")));
                BARTIZAN_ASSIGN(const auto found, all.device("d1"));
                return found.has_value();
              }).value());
}

TEST_P(TransactionConformance, AReadSeesOneSnapshotWhileOthersWrite) {
  ASSERT_TRUE(rows([](Rows& all) { return all.put_device(device_named("d1")); }).ok());
  const Status status = store_->read([&](Transaction& transaction) -> Status {
    Rows& all = transaction.tenant("acme");
    BARTIZAN_ASSIGN(const auto before, all.device("d1"));
    EXPECT_TRUE(before.has_value());
    std::thread writer([&] {
      EXPECT_TRUE(rows([](Rows& other) { return other.put_device(device_named("d2")); }).ok());
    });
    writer.join();
    BARTIZAN_ASSIGN(const auto after, all.device("d2"));
    EXPECT_FALSE(after.has_value());
    return {};
  });
  EXPECT_TRUE(status.ok());
  EXPECT_TRUE(rows([](Rows& all) { return all.device("d2"); })->has_value());
}

TEST_P(TransactionConformance, AReadTransactionChangesNothing) {
  const Status status = store_->read([&](Transaction& transaction) -> Status {
    Rows& all = transaction.tenant("acme");
    EXPECT_EQ(all.put_device(device_named("d1")).error().code, ErrorCode::kDenied);
    BARTIZAN_ASSIGN(const auto found, all.device("d1"));  // and is usable still
    EXPECT_FALSE(found.has_value());
    return {};
  });
  EXPECT_TRUE(status.ok());
  EXPECT_TRUE(store_->tenants()->empty());
}

TEST_P(TransactionConformance, TenantsAreThoseThatWereWrittenTo) {
  ASSERT_TRUE(with("globex", [](Rows& all) { return all.put_setting("a", "b"); }).ok());
  ASSERT_TRUE(with("acme", [](Rows& all) { return all.put_setting("a", "b"); }).ok());
  EXPECT_EQ(*store_->tenants(), (std::vector<std::string>{"acme", "globex"}));
}

TEST_P(TransactionConformance, ManyThreadsReadAndWrite) {
  constexpr int kThreads = 4;
  constexpr int kEach = 25;
  std::atomic<int> failures = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        const std::string id = std::to_string(t) + "-" + std::to_string(i);
        const Status wrote = store_->write([&](Transaction& transaction) {
          return transaction.tenant("acme").put_device(device_named(id));
        });
        const Status read = store_->read([&](Transaction& transaction) -> Status {
          BARTIZAN_ASSIGN(const auto found, transaction.tenant("acme").device(id));
          return found ? Status() : Status(Error{ErrorCode::kNotFound, id});
        });
        if (!wrote.ok() || !read.ok()) ++failures;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
  const auto list = [](Rows& all, const PageRequest& page) { return all.devices({}, page); };
  EXPECT_EQ(ids(
                list, [](const Device& device) { return device.id; }, 33)
                .size(),
            static_cast<std::size_t>(kThreads * kEach));
}

TEST_P(TransactionConformance, ABackupTakenWhileWritingIsWholeAndNeverOverwrites) {
  std::atomic<bool> stop = false;
  std::atomic<int> written = 0;
  std::thread writer([&] {
    for (int batch = 0; !stop; ++batch) {
      const Status status = store_->write([&](Transaction& transaction) -> Status {
        for (int i = 0; i < 10; ++i) {
          BARTIZAN_TRY(transaction.tenant("acme").put_device(
              device_named(std::to_string(batch) + "-" + std::to_string(i))));
        }
        return {};
      });
      EXPECT_TRUE(status.ok());
      ++written;
    }
  });
  while (written < 5) std::this_thread::yield();
  const std::filesystem::path copy = folder_ / "copy";
  std::filesystem::create_directories(copy);
  const Status backed_up = store_->backup((copy / "store.db").string());
  const int at_least = 5;
  stop = true;
  writer.join();
  ASSERT_TRUE(backed_up.ok()) << backed_up.error().message;
  EXPECT_EQ(store_->backup((copy / "store.db").string()).error().code, ErrorCode::kConflict);

  auto opened = GetParam().open(copy);
  ASSERT_TRUE(opened.ok()) << opened.error().message;
  store_ = std::move(*opened);
  const auto list = [](Rows& all, const PageRequest& page) { return all.devices({}, page); };
  const std::size_t devices = ids(
                                  list, [](const Device& device) { return device.id; }, 200)
                                  .size();
  EXPECT_EQ(devices % 10, 0u);
  EXPECT_GE(devices, 10u * at_least);
}

TEST_P(TransactionConformance, CheckIsOkWhenWritesAre) { EXPECT_TRUE(store_->check().ok()); }

}  // namespace
}  // namespace bartizan::store
