// Whether observations can be made durable now. The trial write is made at most once a second,
// however often somebody asks.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>

#include "base/result.h"
#include "store/store.h"

namespace bartizan::server {

class Readiness {
 public:
  explicit Readiness(store::Store& store) : store_(store) {}
  Status check();

 private:
  store::Store& store_;
  std::mutex mutex_;
  std::optional<std::chrono::steady_clock::time_point> checked_;
  Status last_;
};

}  // namespace bartizan::server
