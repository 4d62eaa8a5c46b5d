// Whether observations can be made durable now. The trial write is made at most once a second,
// however often somebody asks, and nobody waits for it longer than kLongestTrial.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "base/result.h"
#include "store/store.h"

namespace bartizan::server {

inline constexpr std::chrono::milliseconds kLongestTrial{800};

class Readiness {
 public:
  explicit Readiness(store::Store& store) : store_(store) {}
  ~Readiness();  // waits for a trial under way

  Status check();

 private:
  void try_to_write();

  store::Store& store_;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool trying_ = false;
  std::optional<std::chrono::steady_clock::time_point> tried_;
  Status last_;
  std::thread trial_;
};

}  // namespace bartizan::server
