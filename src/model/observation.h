// Something seen on or about a phone. The kinds and the fields each may carry, per privacy tier,
// are specified in content/observations/*.yaml; observation_schema.h is made from them.
#pragma once

#include <cstdint>
#include <string>

#include "base/json.h"
#include "base/time.h"
#include "model/enums.h"

namespace bartizan {

struct Observation {
  std::string id;             // UUIDv7, made where it was seen; stored once by it
  std::string device_id;      // UUID
  std::int64_t sequence = 0;  // from 1, without gaps, per device
  std::string kind;           // "app.installed", "link.opened", ...
  int schema_major = 1;
  int schema_minor = 0;
  Timestamp observed_at;  // by the phone's clock
  json::object body;  // fields of the kind; types as the schema says once check_observation passed
};

// {"id", "sequence", "kind", "schema": "1.0", "observed_at", "body"}; the device is known from the
// connection.
json::object to_json(const Observation& observation);
// Checks the envelope only; the body is check_observation's.
Result<Observation> observation_from_json(json::object object);

}  // namespace bartizan
