#include "server/action_waiters.h"

#include <vector>

namespace bartizan::server {

std::uint64_t ActionWaiters::wait(const std::string& tenant, const std::string& device_id,
                                  std::function<void()> wake) {
  {
    const std::lock_guard lock(mutex_);
    if (!closed_) {
      const std::uint64_t number = next_++;
      const Key key{tenant, device_id};
      waiters_.emplace(number, Waiter{.key = key, .wake = std::move(wake)});
      by_device_.emplace(key, number);
      return number;
    }
  }
  wake();
  return 0;
}

void ActionWaiters::notify(const std::string& tenant, const std::string& device_id) {
  std::vector<std::function<void()>> woken;
  {
    const std::lock_guard lock(mutex_);
    const auto [first, last] = by_device_.equal_range(Key{tenant, device_id});
    for (auto it = first; it != last; ++it) {
      const auto waiter = waiters_.find(it->second);
      woken.push_back(std::move(waiter->second.wake));
      waiters_.erase(waiter);
    }
    by_device_.erase(first, last);
  }
  for (const auto& wake : woken) wake();
}

void ActionWaiters::expire(std::uint64_t number) {
  std::function<void()> wake;
  {
    const std::lock_guard lock(mutex_);
    const auto waiter = waiters_.find(number);
    if (waiter == waiters_.end()) return;
    const auto [first, last] = by_device_.equal_range(waiter->second.key);
    for (auto it = first; it != last; ++it) {
      if (it->second != number) continue;
      by_device_.erase(it);
      break;
    }
    wake = std::move(waiter->second.wake);
    waiters_.erase(waiter);
  }
  wake();
}

void ActionWaiters::close() {
  std::map<std::uint64_t, Waiter> woken;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    woken.swap(waiters_);
    by_device_.clear();
  }
  for (const auto& [number, waiter] : woken) waiter.wake();
}

std::size_t ActionWaiters::size() const {
  const std::lock_guard lock(mutex_);
  return waiters_.size();
}

}  // namespace bartizan::server
