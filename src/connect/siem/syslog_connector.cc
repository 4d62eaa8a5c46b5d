#include "connect/siem/syslog_connector.h"

#include "connect/siem/event_cef.h"
#include "connect/siem/syslog.h"

namespace bartizan::connect {
namespace {

constexpr std::chrono::milliseconds kLook{20};  // how often the connection is looked at

// Nothing of a batch counts as delivered unless all of it does.
SendReport all_of(std::size_t count, const Status& status) {
  SendReport report{.results = std::vector<SendResult>(count)};
  if (status.ok()) {
    for (SendResult& result : report.results) result.outcome = Outcome::kDelivered;
  } else if (count > 0) {
    report.results.front() = {.outcome = Outcome::kFailed, .error = status.error().message};
  }
  return report;
}

}  // namespace

std::string syslog_frame(const OutboxItem& item, const SyslogOptions& options) {
  Result<SiemEvent> event = siem_event(item, options.product_version);
  if (!event) {
    // Still told, as little as it is: a queue must not stand still over one event.
    event = SiemEvent{.cef = {.version = options.product_version,
                              .event_class = item.kind,
                              .name = "Event that cannot be read",
                              .extension = {{"externalId", item.id},
                                            {"deviceExternalId", item.device_id},
                                            {"reason", event.error().message}}}};
  }
  return frame_syslog(
      format_syslog({.facility = options.facility,
                     .severity = syslog_severity(event->severity),
                     .time = item.created_at,
                     .host_name = options.host_name,
                     .app_name = "bartizan",
                     .message_id = item.kind,
                     .elements = {{.id = "origin",
                                   .parameters = {{"software", "Bartizan"},
                                                  {"swVersion", options.product_version}}}},
                     .text = format_cef(event->cef)}));
}

SyslogConnector::SyslogConnector(SyslogOptions options, Dial dial, Sleep sleep)
    : options_(std::move(options)), dial_(std::move(dial)), sleep_(std::move(sleep)) {}

SendReport SyslogConnector::send(std::span<const OutboxItem> items, std::stop_token stop) {
  if (stop.stop_requested()) return all_of(0, {});
  std::string frames;
  for (const OutboxItem& item : items) frames += syslog_frame(item, options_);
  Status status = write_all(frames);
  if (status.ok() && !lasted()) {
    status = Error{ErrorCode::kUnavailable,
                   "the receiver ended the connection, or refused our certificate"};
  }
  if (!status.ok()) stream_.reset();
  return all_of(items.size(), status);
}

Status SyslogConnector::write_all(const std::string& frames) {
  if (stream_ && stream_->broken()) stream_.reset();
  if (!stream_) {
    BARTIZAN_ASSIGN(stream_, dial_());
  }
  return stream_->write(frames);
}

bool SyslogConnector::lasted() {
  for (std::chrono::milliseconds waited{0}; waited < options_.grace; waited += kLook) {
    if (stream_->broken()) return false;
    sleep_(kLook);
  }
  return !stream_->broken();
}

}  // namespace bartizan::connect
