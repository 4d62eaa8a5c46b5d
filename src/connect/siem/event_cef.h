// From the JSON event of the outbox (docs/events.md) to the CEF fields a SIEM maps.
#pragma once

#include <string_view>

#include "base/result.h"
#include "connect/siem/cef.h"
#include "model/outbox.h"

namespace bartizan::connect {

struct SiemEvent {
  CefEvent cef;
  Severity severity = Severity::kInformational;
};

// Members that are missing leave their field out. kInvalid when the event is not a JSON object.
Result<SiemEvent> siem_event(const OutboxItem& item, std::string_view product_version);

}  // namespace bartizan::connect
