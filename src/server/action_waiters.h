// Phones that wait for an action. A waiter is answered once: when an action for its phone has been
// committed, or when its time is up.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace bartizan::server {

// Safe from any thread; `wake` functions run outside the lock.
class ActionWaiters {
 public:
  // Returns a number by which the waiter can be ended.
  std::uint64_t wait(const std::string& tenant, const std::string& device_id,
                     std::function<void()> wake);
  // Something was committed for the phone.
  void notify(const std::string& tenant, const std::string& device_id);
  // The waiter's time is up; nothing happens when it has been woken already.
  void expire(std::uint64_t number);
  // The program ends: every waiter is answered now, and later ones at once.
  void close();
  std::size_t size() const;

 private:
  using Key = std::pair<std::string, std::string>;
  struct Waiter {
    Key key;
    std::function<void()> wake;
  };
  mutable std::mutex mutex_;
  bool closed_ = false;
  std::uint64_t next_ = 1;
  std::map<std::uint64_t, Waiter> waiters_;
  std::multimap<Key, std::uint64_t> by_device_;
};

}  // namespace bartizan::server
