// One system outside that is told of events: a SIEM, a webhook.
#pragma once

#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "model/outbox.h"

namespace bartizan::connect {

enum class Outcome {
  kDelivered,  // the receiver has it, as far as its protocol tells
  kFailed,     // tried; to be tried again later
  kPassedOver  // not tried: its device or the connection waits behind a failure
};

struct SendResult {
  Outcome outcome = Outcome::kPassedOver;
  std::string error;  // one sentence without secrets, of a failure
};

struct SendReport {
  std::vector<SendResult> results;  // one an item, in their order
  bool receiver_gone = false;       // it asked never to be told again: its connector rests
};

// Used by one thread at a time.
class Connector {
 public:
  virtual ~Connector() = default;
  virtual std::string_view id() const = 0;
  // Hands the items over in order. After the failure of an item no later item of its device is
  // tried. Returns early, passing over the rest, when `stop` is requested.
  virtual SendReport send(std::span<const OutboxItem> items, std::stop_token stop) = 0;
};

}  // namespace bartizan::connect
