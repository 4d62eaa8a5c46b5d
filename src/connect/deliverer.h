// Moves one connector's queue out of the store: what is due is sent, what was sent is marked, what
// failed waits. At least once, in order per device, whatever crashes in between.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/crypto.h"
#include "base/result.h"
#include "base/time.h"
#include "connect/connector.h"
#include "model/outbox.h"

namespace bartizan::connect {

struct Settlement {
  std::string item_id;
  bool delivered = false;
  Timestamp next_attempt;  // of a failure
  std::string error;       // of a failure
};

// The durable queue as a deliverer needs it; the server makes one from the store.
class Outbox {
 public:
  virtual ~Outbox() = default;
  // As Rows::due_deliveries: oldest first, no device past an item that waits.
  virtual Result<std::vector<Delivery>> due(std::string_view connector, Timestamp now,
                                            int limit) = 0;
  // All of them in one durable transaction.
  virtual Status settle(std::string_view connector, std::span<const Settlement> settlements,
                        Timestamp now) = 0;
};

struct DelivererOptions {
  int batch = 100;
  Duration idle = std::chrono::seconds(1);  // between looks at an empty queue, unless woken
  Duration first_retry = std::chrono::seconds(1);
  Duration longest_retry = std::chrono::minutes(5);
};

class Deliverer {
 public:
  // The outbox, clock and random source outlive it.
  Deliverer(std::unique_ptr<Connector> connector, Outbox& outbox, const Clock& clock,
            Random& random, DelivererOptions options = {});
  // Stops, after the item being sent.
  ~Deliverer();
  Deliverer(const Deliverer&) = delete;
  Deliverer& operator=(const Deliverer&) = delete;

  // Delivers on a thread of its own until stop().
  void start();
  void stop();
  // Something was queued: looks at once. From any thread; cheap.
  void wake();

  // One look at the queue, for start()'s thread and for tests: returns how long to wait before the
  // next, zero when more is likely due.
  Duration run_once(std::stop_token stop = {});

  std::string_view connector() const { return connector_->id(); }

 private:
  void run(std::stop_token stop);
  Duration settle(std::span<const Delivery> due, const SendReport& report);
  Duration back_off(int attempts);
  Duration unable(std::string_view what, const Error& error);

  std::unique_ptr<Connector> connector_;
  Outbox& outbox_;
  const Clock& clock_;
  Random& random_;
  const DelivererOptions options_;
  int failures_ = 0;  // passes in a row that delivered nothing
  bool receiver_gone_ = false;
  std::string trouble_;  // why the last pass delivered nothing, as it was logged; empty: none

  std::mutex mutex_;
  std::condition_variable_any woken_;
  bool wake_ = false;
  std::jthread thread_;
};

}  // namespace bartizan::connect
