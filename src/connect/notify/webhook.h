// Events as signed HTTP POST requests.
//
//   POST <path>
//   Content-Type: application/json
//   X-Bartizan-Delivery: <id of the event; the same when it is sent again>
//   X-Bartizan-Event: <kind>
//   X-Bartizan-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256 of secret over "t" "." body>
//
// 2xx: delivered. 410: the receiver wants no more, the connector rests. Anything else: tried again.
#pragma once

#include <memory>
#include <string>

#include "base/time.h"
#include "connect/connector.h"
#include "net/client.h"

namespace bartizan::connect {

struct WebhookOptions {
  std::string id;
  std::string path;  // and query, of the receiver's address
  std::string secret;
  std::string product_version;
};

// "t=...,v1=...": the receiver recomputes v1, compares in constant time, and refuses an old t.
std::string webhook_signature(std::string_view secret, Timestamp now, std::string_view body);

class WebhookConnector final : public Connector {
 public:
  // The clock outlives it.
  WebhookConnector(WebhookOptions options, std::unique_ptr<net::HttpClient> client,
                   const Clock& clock);

  std::string_view id() const override { return options_.id; }
  SendReport send(std::span<const OutboxItem> items, std::stop_token stop) override;

 private:
  Result<net::Response> post(const OutboxItem& item);

  const WebhookOptions options_;
  std::unique_ptr<net::HttpClient> client_;
  const Clock& clock_;
};

}  // namespace bartizan::connect
