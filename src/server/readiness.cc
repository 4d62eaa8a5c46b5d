#include "server/readiness.h"

namespace bartizan::server {

Readiness::~Readiness() {
  if (trial_.joinable()) trial_.join();
}

void Readiness::try_to_write() {
  Status outcome = store_.check();
  const std::lock_guard lock(mutex_);
  last_ = std::move(outcome);
  tried_ = std::chrono::steady_clock::now();
  trying_ = false;
  ended_.notify_all();
}

Status Readiness::check() {
  constexpr std::chrono::seconds kGoodFor{1};
  std::unique_lock lock(mutex_);
  const bool fresh = tried_ && std::chrono::steady_clock::now() - *tried_ < kGoodFor;
  if (!trying_ && !fresh) {
    if (trial_.joinable()) trial_.join();  // has ended: it needs the lock no more
    trying_ = true;
    trial_ = std::thread([this] { try_to_write(); });
  }
  // The disk may hang, or another trial may wait behind a long write: the asker does not.
  if (!ended_.wait_for(lock, kLongestTrial, [this] { return !trying_; }))
    return Error{ErrorCode::kUnavailable,
                 "a trial write still waits: the database is locked or the disk does not answer"};
  return last_;
}

}  // namespace bartizan::server
