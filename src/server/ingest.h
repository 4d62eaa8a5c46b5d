// Observations on their way to disk. Checking and detection run on the caller's thread; one thread
// then stores whatever batches wait, in one transaction, and answers them after the commit: the
// cost of an fsync is shared (group commit).
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/crypto.h"
#include "base/time.h"
#include "server/action_waiters.h"
#include "server/device_update.h"
#include "server/metrics.h"
#include "server/policy_set.h"
#include "server/recent_phones.h"
#include "store/store.h"

namespace bartizan::server {

inline constexpr std::size_t kMaxBatch = 500;

enum class ItemStatus { kStored, kDuplicate, kRejected };
std::string_view to_string(ItemStatus status);

struct ItemResult {
  std::string id;
  ItemStatus status = ItemStatus::kRejected;
  std::string error;  // one sentence, when rejected
};

struct BatchResult {
  std::vector<ItemResult> items;  // in the order they came
  std::int64_t last_sequence = 0;
};

// One item after checking and detection.
struct PreparedItem {
  std::string id;
  std::string error;                // not empty: rejected
  std::int64_t sequence = 0;        // 0: none could be read
  store::StoredObservation stored;  // with `error` empty
  detect::Verdict verdict;
};

// Never fails as a whole: what is wrong with an item stands in it.
std::vector<PreparedItem> prepare_items(json::array observations, const Device& device,
                                        const intel::Content& content, Timestamp now);

struct IngestLimits {
  std::size_t waiting_observations = 20'000;    // beyond: kUnavailable
  std::size_t observations_per_commit = 4'000;  // at least one batch, whatever its size
};

// The parts of the program an ingest needs; all outlive the queue.
struct IngestParts {
  store::Store& store;
  const Clock& clock;
  Random& random;
  std::shared_ptr<const intel::Content> content;
  PolicySet& policies;
  respond::Channels channels;
  std::vector<std::string> connectors;
  ActionWaiters& waiters;
  Metrics& metrics;
};

class IngestQueue {
 public:
  using Done = std::function<void(Result<BatchResult>)>;

  explicit IngestQueue(IngestParts parts, IngestLimits limits = {});
  ~IngestQueue();
  // Stores and answers what was accepted, then ends; later submissions are kUnavailable.
  void stop();

  // `done` runs once, on a thread of the queue's own, after the commit. kUnavailable, at once and
  // without a call of `done`, when too much waits.
  Status submit(std::string tenant, std::string device_id, std::vector<PreparedItem> items,
                Done done);

  // Applies `work` to a phone in a transaction of its own, with the policies and content of now;
  // for what time or a person causes rather than an observation.
  Status update_device(std::string_view tenant, std::string_view device_id,
                       const std::function<Status(DeviceUpdate&)>& work);

 private:
  struct Batch {
    std::string tenant;
    std::string device_id;
    std::vector<PreparedItem> items;
    Done done;
  };
  struct Outcome {
    BatchResult result;
    bool new_actions = false;
  };
  struct Committed {
    std::vector<Batch> batches;
    std::vector<Outcome> outcomes;  // one a batch
  };
  void store_all();
  std::vector<Batch> take();
  JudgedBy judged_by() const;
  // Takes the batches when they are on disk, and leaves them alone when it fails.
  Status commit(std::vector<Batch>& batches);
  // `phones`: those that are known already, and then those of the batches too.
  Status store_batches(store::Transaction& transaction, const std::vector<Batch>& batches,
                       PhoneUpdates& phones, std::vector<Outcome>& outcomes) const;
  static Result<BatchResult> store_batch(const Batch& batch, DeviceUpdate& phone);
  void answer_all();
  void answer(Committed committed);

  IngestParts parts_;
  IngestLimits limits_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Batch> waiting_;
  std::size_t waiting_observations_ = 0;
  bool stopping_ = false;
  // What is on disk and not answered yet: answers are made while the next transaction runs.
  std::condition_variable stored_;
  std::deque<Committed> committed_;
  bool all_stored_ = false;
  RecentPhones recent_;  // of the storing thread
  std::thread storing_;
  std::thread answering_;
};

}  // namespace bartizan::server
