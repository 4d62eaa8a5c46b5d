#include "server/ingest.h"

#include <chrono>
#include <map>
#include <utility>

#include "base/id.h"
#include "base/log.h"
#include "model/observation_schema.h"

namespace bartizan::server {
namespace {

// What cannot be read as an id is answered without one; nothing of unknown size is echoed.
PreparedItem item_named(const json::object& object) {
  PreparedItem out;
  if (const auto id = get_string(object, "id"); id && is_uuid(*id)) out.id = *id;
  if (const auto sequence = get_int(object, "sequence"); sequence && *sequence > 0)
    out.sequence = *sequence;
  return out;
}

PreparedItem prepare_item(json::value value, const Device& device, const intel::Content& content,
                          Timestamp now) {
  json::object* object = value.if_object();
  PreparedItem out = object == nullptr ? PreparedItem() : item_named(*object);
  const auto rejected = [&out](const Error& error) {
    out.error = error.message;
    return std::move(out);
  };
  if (object == nullptr) return rejected({ErrorCode::kInvalid, "an observation is an object"});
  auto observation = observation_from_json(std::move(*object));
  if (!observation) return rejected(observation.error());
  observation->device_id = device.id;
  auto checked = check_observation(std::move(*observation), device.tier);
  if (!checked) return rejected(checked.error());
  out.verdict = detect::detect(
      checked->observation, {.content = content, .evaluated_at = now, .platform = device.platform});
  out.stored = {.observation = std::move(checked->observation),
                .received_at = now,
                .unknown_fields = std::move(checked->unknown_fields)};
  return out;
}

}  // namespace

std::string_view to_string(ItemStatus status) {
  switch (status) {
    case ItemStatus::kStored:
      return "stored";
    case ItemStatus::kDuplicate:
      return "duplicate";
    case ItemStatus::kRejected:
      return "rejected";
  }
  return "";
}

std::vector<PreparedItem> prepare_items(json::array observations, const Device& device,
                                        const intel::Content& content, Timestamp now) {
  std::vector<PreparedItem> out;
  out.reserve(observations.size());
  for (json::value& value : observations)
    out.push_back(prepare_item(std::move(value), device, content, now));
  return out;
}

IngestQueue::IngestQueue(IngestParts parts, IngestLimits limits)
    : parts_(std::move(parts)),
      limits_(limits),
      storing_([this] { store_all(); }),
      answering_([this] { answer_all(); }) {}

IngestQueue::~IngestQueue() { stop(); }

void IngestQueue::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  arrived_.notify_all();
  if (storing_.joinable()) storing_.join();
  if (answering_.joinable()) answering_.join();
}

Status IngestQueue::submit(std::string tenant, std::string device_id,
                           std::vector<PreparedItem> items, Done done) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return Error{ErrorCode::kUnavailable, "the server is stopping"};
    if (waiting_observations_ + items.size() > limits_.waiting_observations)
      return Error{ErrorCode::kUnavailable, "too many observations wait to be stored"};
    waiting_observations_ += items.size();
    parts_.metrics.set_queue_depth(static_cast<std::int64_t>(waiting_observations_));
    waiting_.push_back({.tenant = std::move(tenant),
                        .device_id = std::move(device_id),
                        .items = std::move(items),
                        .done = std::move(done)});
  }
  arrived_.notify_one();
  return {};
}

std::vector<IngestQueue::Batch> IngestQueue::take() {
  std::unique_lock lock(mutex_);
  arrived_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
  std::vector<Batch> out;
  std::size_t observations = 0;
  while (!waiting_.empty() && (out.empty() || observations + waiting_.front().items.size() <=
                                                  limits_.observations_per_commit)) {
    observations += waiting_.front().items.size();
    out.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  waiting_observations_ -= observations;
  parts_.metrics.set_queue_depth(static_cast<std::int64_t>(waiting_observations_));
  return out;
}

void IngestQueue::store_all() {
  for (std::vector<Batch> batches = take(); !batches.empty(); batches = take()) {
    if (commit(batches).ok()) continue;
    // One of them may have spoiled it for the others.
    for (Batch& batch : batches) {
      std::vector<Batch> alone;
      alone.push_back(std::move(batch));
      const Status stored = commit(alone);
      if (stored.ok()) continue;
      log::error("observations not stored", {{"why", stored.error().message}});
      alone.front().done(Error{ErrorCode::kUnavailable, "the observations could not be stored"});
    }
  }
  const std::lock_guard lock(mutex_);
  all_stored_ = true;
  stored_.notify_one();
}

JudgedBy IngestQueue::judged_by() const {
  return {.content = *parts_.content,
          .policies = parts_.policies.current(),
          .channels = parts_.channels,
          .connectors = parts_.connectors,
          .random = parts_.random,
          .now = parts_.clock.now()};
}

Status IngestQueue::commit(std::vector<Batch>& batches) {
  std::vector<Outcome> outcomes;
  const auto started = std::chrono::steady_clock::now();
  Status stored;
  PhoneUpdates phones;
  std::uint64_t number = 0;
  try {
    stored = parts_.store.write([&](store::Transaction& transaction) {
      number = transaction.number();
      phones = recent_.take(number);
      return store_batches(transaction, batches, phones, outcomes);
    });
  } catch (const std::exception& exception) {
    return Error{ErrorCode::kUnavailable, exception.what()};
  }
  if (!stored.ok()) return stored;
  recent_.keep(std::move(phones), number);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
  parts_.metrics.observe_commit(took.count(), batches.size());
  {
    const std::lock_guard lock(mutex_);
    committed_.push_back({std::move(batches), std::move(outcomes)});
  }
  stored_.notify_one();
  return {};
}

void IngestQueue::answer_all() {
  std::unique_lock lock(mutex_);
  while (true) {
    stored_.wait(lock, [this] { return all_stored_ || !committed_.empty(); });
    if (committed_.empty()) return;
    Committed next = std::move(committed_.front());
    committed_.pop_front();
    lock.unlock();
    answer(std::move(next));
    lock.lock();
  }
}

void IngestQueue::answer(Committed committed) {
  for (std::size_t i = 0; i < committed.batches.size(); ++i) {
    const Batch& batch = committed.batches[i];
    Outcome& outcome = committed.outcomes[i];
    if (outcome.new_actions) parts_.waiters.notify(batch.tenant, batch.device_id);
    std::map<ItemStatus, std::uint64_t> counts;
    for (const ItemResult& item : outcome.result.items) ++counts[item.status];
    for (const auto& [status, count] : counts)
      parts_.metrics.count_observations(to_string(status), count);
    std::uint64_t findings = 0;
    std::uint64_t unknown = 0;
    for (const PreparedItem& item : batch.items) {
      findings += item.verdict.findings.size();
      unknown += item.stored.unknown_fields.size();
    }
    parts_.metrics.count_findings(findings);
    parts_.metrics.count_unknown_fields(unknown);
    batch.done(std::move(outcome.result));
  }
}

Status IngestQueue::store_batches(store::Transaction& transaction,
                                  const std::vector<Batch>& batches, PhoneUpdates& phones,
                                  std::vector<Outcome>& outcomes) const {
  outcomes.assign(batches.size(), {});
  const JudgedBy by = judged_by();
  // Batches of one phone share its state.
  std::map<PhoneUpdates::key_type, std::vector<Outcome*>> outcomes_of;
  for (std::size_t i = 0; i < batches.size(); ++i) {
    const Batch& batch = batches[i];
    const std::pair key{batch.tenant, batch.device_id};
    store::Rows& rows = transaction.tenant(batch.tenant);
    auto phone = phones.find(key);
    if (phone == phones.end()) {
      BARTIZAN_ASSIGN(auto loaded, DeviceUpdate::load(rows, by, batch.device_id));
      phone = phones.emplace(key, std::move(loaded)).first;
    } else if (!outcomes_of.contains(key)) {
      phone->second.resume(rows, by);
    }
    outcomes_of[key].push_back(&outcomes[i]);
    BARTIZAN_ASSIGN(outcomes[i].result, store_batch(batch, phone->second));
  }
  for (const auto& [key, of_phone] : outcomes_of) {
    BARTIZAN_ASSIGN(const bool new_actions, phones.find(key)->second.finish());
    for (Outcome* outcome : of_phone) outcome->new_actions = new_actions;
  }
  return {};
}

Result<BatchResult> IngestQueue::store_batch(const Batch& batch, DeviceUpdate& phone) {
  BatchResult out;
  out.items.reserve(batch.items.size());
  for (const PreparedItem& item : batch.items) {
    ItemResult& result = out.items.emplace_back();
    result.id = item.id;
    result.error = item.error;
    if (!item.error.empty()) {
      if (item.sequence > 0) phone.note_sequence(item.sequence);
      continue;
    }
    BARTIZAN_ASSIGN(const bool added, phone.apply(item.stored, item.verdict));
    result.status = added ? ItemStatus::kStored : ItemStatus::kDuplicate;
  }
  out.last_sequence = phone.device().last_sequence;
  return out;
}

Status IngestQueue::update_device(std::string_view tenant, std::string_view device_id,
                                  const std::function<Status(DeviceUpdate&)>& work) {
  bool new_actions = false;
  const JudgedBy by = judged_by();
  const Status written = parts_.store.write([&](store::Transaction& transaction) -> Status {
    BARTIZAN_ASSIGN(auto update, DeviceUpdate::load(transaction.tenant(tenant), by, device_id));
    BARTIZAN_TRY(work(update));
    BARTIZAN_ASSIGN(new_actions, update.finish());
    return {};
  });
  if (written.ok() && new_actions)
    parts_.waiters.notify(std::string(tenant), std::string(device_id));
  return written;
}

}  // namespace bartizan::server
