#include "connect/deliverer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/log.h"

namespace bartizan::connect {

Deliverer::Deliverer(std::unique_ptr<Connector> connector, Outbox& outbox, const Clock& clock,
                     Random& random, DelivererOptions options)
    : connector_(std::move(connector)),
      outbox_(outbox),
      clock_(clock),
      random_(random),
      options_(options) {}

Deliverer::~Deliverer() { stop(); }

void Deliverer::start() {
  thread_ = std::jthread([this](std::stop_token stop) { run(stop); });
}

void Deliverer::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

void Deliverer::wake() {
  {
    const std::lock_guard lock(mutex_);
    wake_ = true;
  }
  woken_.notify_one();
}

void Deliverer::run(std::stop_token stop) {
  while (!stop.stop_requested()) {
    const Duration wait = run_once(stop);
    std::unique_lock lock(mutex_);
    // News does not cut a back-off short: the receiver is no nearer for it.
    const bool backing_off = failures_ > 0 || receiver_gone_;
    woken_.wait_for(lock, stop, wait, [&] { return wake_ && !backing_off; });
    wake_ = false;
  }
}

Duration Deliverer::run_once(std::stop_token stop) {
  if (receiver_gone_) return options_.longest_retry;
  const auto due = outbox_.due(connector_->id(), clock_.now(), options_.batch);
  if (!due) return unable("outbox", due.error());
  if (due->empty()) {
    failures_ = 0;
    return options_.idle;
  }
  std::vector<OutboxItem> items;
  items.reserve(due->size());
  for (const Delivery& delivery : *due) items.push_back(delivery.item);
  return settle(*due, connector_->send(items, stop));
}

Duration Deliverer::settle(std::span<const Delivery> due, const SendReport& report) {
  std::vector<Settlement> settlements;
  int delivered = 0;
  const SendResult* failure = nullptr;
  const Timestamp now = clock_.now();
  for (std::size_t i = 0; i < std::min(due.size(), report.results.size()); ++i) {
    const SendResult& result = report.results[i];
    if (result.outcome == Outcome::kPassedOver) continue;
    Settlement settlement{.item_id = due[i].item.id,
                          .delivered = result.outcome == Outcome::kDelivered};
    if (settlement.delivered) {
      ++delivered;
    } else {
      failure = &result;
      settlement.next_attempt = now + back_off(due[i].attempts);
      settlement.error = result.error;
    }
    settlements.push_back(std::move(settlement));
  }
  if (!settlements.empty()) {
    // Not marked is not lost: it is sent again, and the receiver knows it by its id.
    const Status settled = outbox_.settle(connector_->id(), settlements, now);
    if (!settled.ok()) return unable("outbox", settled.error());
  }
  if (report.receiver_gone) {
    receiver_gone_ = true;
    log::error("connector rests: its receiver asked for no more",
               {{"connector", std::string(connector_->id())}});
    return options_.longest_retry;
  }
  if (delivered > 0) {
    failures_ = 0;
    if (failure == nullptr && !std::exchange(trouble_, "").empty())
      log::info("delivery recovered", {{"connector", std::string(connector_->id())}});
    return failure == nullptr ? Duration::zero() : options_.idle;
  }
  if (failure == nullptr) return options_.idle;
  return unable("receiver", {ErrorCode::kUnavailable, failure->error});
}

Duration Deliverer::unable(std::string_view what, const Error& error) {
  const Duration wait = back_off(failures_++);
  // Once, not with every attempt of a receiver that is away for the night.
  if (std::exchange(trouble_, error.message) != error.message) {
    log::warn("delivery failing", {{"connector", std::string(connector_->id())},
                                   {"what", std::string(what)},
                                   {"reason", error.message}});
  }
  return wait;
}

Duration Deliverer::back_off(int attempts) {
  const auto first = options_.first_retry.count();
  const auto longest = options_.longest_retry.count();
  // Doubling, capped before it can overflow.
  const auto full = std::min(longest, first << std::clamp(attempts, 0, 20));
  std::array<std::uint8_t, 2> bytes;
  random_.fill(bytes);
  const int part = (bytes[0] << 8) | bytes[1];
  // Half of it sure, half by chance, so that receivers do not meet everybody at once.
  return Duration(full / 2 + (full - full / 2) * part / 0xffff);
}

}  // namespace bartizan::connect
