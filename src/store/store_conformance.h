// What every Store must do, whatever is beneath it. The tests are the *_conformance_test.cc files;
// a new implementation adds itself to backends() and passes them all.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "store/sqlite/sqlite_store.h"
#include "store/store.h"

namespace bartizan::store {

struct Backend {
  std::string name;
  // Opens the store that lives in `folder`, making it when it is not there yet.
  std::function<Result<std::unique_ptr<Store>>(const std::filesystem::path& folder)> open;
};
inline void PrintTo(const Backend& backend, std::ostream* out) { *out << backend.name; }

inline std::vector<Backend> backends() {
  return {{.name = "sqlite", .open = [](const std::filesystem::path& folder) {
             return open_sqlite({.path = folder / "store.db"});
           }}};
}

class StoreConformance : public testing::TestWithParam<Backend> {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    std::string name = std::string(test->test_suite_name()) + "." + test->name();
    for (char& c : name) c = c == '/' ? '_' : c;
    folder_ = std::filesystem::path(testing::TempDir()) / name;
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    reopen();
  }
  void TearDown() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  void reopen() {
    store_.reset();
    auto opened = GetParam().open(folder_);
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    store_ = std::move(*opened);
  }

  // What `function(rows)` of a tenant returns, in a write transaction of its own.
  template <typename Function>
  auto with(std::string_view tenant, Function function) {
    std::optional<decltype(function(std::declval<Rows&>()))> result;
    const Status status = store_->write([&](Transaction& transaction) -> Status {
      result.emplace(function(transaction.tenant(tenant)));
      return result->ok() ? Status() : Status(result->error());
    });
    EXPECT_EQ(status.ok(), result && result->ok()) << (status.ok() ? "" : status.error().message);
    return *result;
  }
  template <typename Function>
  auto rows(Function function) {
    return with("acme", function);
  }

  // Every id of a listing, page by page.
  template <typename List, typename IdOf>
  std::vector<std::string> ids(List list, IdOf id_of, int limit) {
    std::vector<std::string> out;
    PageRequest request{.limit = limit};
    do {
      const auto page = rows([&](Rows& all) { return list(all, request); });
      if (!page.ok()) {
        ADD_FAILURE() << page.error().message;
        break;
      }
      EXPECT_LE(page->items.size(), static_cast<std::size_t>(limit));
      for (const auto& item : page->items) out.push_back(id_of(item));
      request.cursor = page->next;
    } while (!request.cursor.empty());
    return out;
  }

  std::filesystem::path folder_;
  std::unique_ptr<Store> store_;
};

#define BARTIZAN_STORE_CONFORMANCE(Suite)          \
  INSTANTIATE_TEST_SUITE_P(                        \
      Every, Suite, testing::ValuesIn(backends()), \
      [](const testing::TestParamInfo<Backend>& parameter) { return parameter.param.name; })

}  // namespace bartizan::store
