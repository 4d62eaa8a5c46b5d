#include "server/readiness.h"

namespace bartizan::server {

Status Readiness::check() {
  constexpr std::chrono::seconds kGoodFor{1};
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (!checked_ || now - *checked_ >= kGoodFor) {
    last_ = store_.check();
    checked_ = std::chrono::steady_clock::now();
  }
  return last_;
}

}  // namespace bartizan::server
