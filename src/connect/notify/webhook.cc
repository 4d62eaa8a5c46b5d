#include "connect/notify/webhook.h"

#include <set>

#include "base/crypto.h"

namespace bartizan::connect {

std::string webhook_signature(std::string_view secret, Timestamp now, std::string_view body) {
  const std::string time = std::to_string(to_millis(now) / 1000);
  const std::string message = time + "." + std::string(body);
  return "t=" + time + ",v1=" + hex(hmac_sha256(as_bytes(secret), as_bytes(message)));
}

WebhookConnector::WebhookConnector(WebhookOptions options, std::unique_ptr<net::HttpClient> client,
                                   const Clock& clock)
    : options_(std::move(options)), client_(std::move(client)), clock_(clock) {}

SendReport WebhookConnector::send(std::span<const OutboxItem> items, std::stop_token stop) {
  SendReport report{.results = std::vector<SendResult>(items.size())};
  std::set<std::string_view> waiting;  // devices with a failure
  for (std::size_t i = 0; i < items.size() && !stop.stop_requested(); ++i) {
    if (waiting.contains(items[i].device_id)) continue;
    SendResult& result = report.results[i];
    const Result<net::Response> response = post(items[i]);
    if (response.ok() && response->status >= 200 && response->status < 300) {
      result.outcome = Outcome::kDelivered;
      continue;
    }
    result.outcome = Outcome::kFailed;
    if (!response) {
      result.error = response.error().message;
      return report;
    }
    result.error = "the receiver answered " + std::to_string(response->status);
    report.receiver_gone = response->status == 410;
    // The receiver is in trouble, rather than this event.
    const bool overloaded = response->status == 429 || response->status >= 500;
    if (report.receiver_gone || overloaded) return report;
    waiting.insert(items[i].device_id);
  }
  return report;
}

Result<net::Response> WebhookConnector::post(const OutboxItem& item) {
  return client_->request(
      "POST", options_.path, item.event,
      {{"Content-Type", "application/json"},
       {"User-Agent", "Bartizan/" + options_.product_version},
       {"X-Bartizan-Delivery", item.id},
       {"X-Bartizan-Event", item.kind},
       {"X-Bartizan-Signature", webhook_signature(options_.secret, clock_.now(), item.event)}});
}

}  // namespace bartizan::connect
