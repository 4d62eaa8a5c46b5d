// Events as CEF in syslog over mutual TLS.
//
// RFC 5425 has no acknowledgement, so "delivered" can only mean: a batch was written, and for a
// grace period afterwards the connection neither closed nor carried an alert. What a receiver had
// taken off the network but lost in a crash later than that is not known here.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "connect/connector.h"
#include "net/client.h"

namespace bartizan::connect {

struct SyslogOptions {
  std::string id;
  int facility = 16;
  std::string host_name;  // of this server, for the messages
  std::string product_version;
  std::chrono::milliseconds grace{500};
};

class SyslogConnector final : public Connector {
 public:
  using Dial = std::function<Result<std::unique_ptr<net::ByteStream>>()>;
  using Sleep = std::function<void(std::chrono::milliseconds)>;

  SyslogConnector(SyslogOptions options, Dial dial, Sleep sleep);

  std::string_view id() const override { return options_.id; }
  SendReport send(std::span<const OutboxItem> items, std::stop_token stop) override;

 private:
  Status write_all(const std::string& frames);
  // True when the connection lasted the grace period.
  bool lasted();

  const SyslogOptions options_;
  const Dial dial_;
  const Sleep sleep_;
  std::unique_ptr<net::ByteStream> stream_;
};

// The frame of one item: octet count, RFC 5424 header, CEF.
std::string syslog_frame(const OutboxItem& item, const SyslogOptions& options);

}  // namespace bartizan::connect
