// What the load generators share: enrolled phones from a file, and percentiles.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/json.h"
#include "net/client.h"

namespace bartizan::bench {

inline constexpr std::size_t kMaxPhonesFile = 1 << 20;

struct Phone {
  net::ClientOptions options;
  std::string device_id;
};

// A JSON list: [{"host", "port", "device_id", "ca", "certificate", "key"}, ...]; the last three are
// names of PEM files.
inline Result<std::vector<Phone>> read_phones(const std::string& path) {
  BARTIZAN_ASSIGN(const std::string text, read_file(path, kMaxPhonesFile));
  BARTIZAN_ASSIGN(const json::value list, parse_json(text));
  if (!list.is_array()) return Error{ErrorCode::kInvalid, path + ": not a list"};
  std::vector<Phone> phones;
  for (const json::value& item : list.get_array()) {
    if (!item.is_object()) return Error{ErrorCode::kInvalid, path + ": not a list of objects"};
    const json::object& object = item.get_object();
    const auto file = [&](std::string_view key) {
      return read_file(std::string(get_string(object, key).value_or("")), kMaxPhonesFile);
    };
    net::ClientTls tls;
    BARTIZAN_ASSIGN(tls.ca_pem, file("ca"));
    BARTIZAN_ASSIGN(tls.certificate_pem, file("certificate"));
    BARTIZAN_ASSIGN(tls.private_key_pem, file("key"));
    Phone phone;
    phone.device_id = std::string(get_string(object, "device_id").value_or(""));
    phone.options.host = std::string(get_string(object, "host").value_or(""));
    phone.options.port = static_cast<std::uint16_t>(get_int(object, "port").value_or(0));
    phone.options.tls = std::move(tls);
    phones.push_back(std::move(phone));
  }
  if (phones.empty()) return Error{ErrorCode::kInvalid, path + ": no phones"};
  return phones;
}

// `share` of 1 is the largest; 0 when there are none.
inline double percentile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

}  // namespace bartizan::bench
