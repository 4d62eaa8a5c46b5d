#include "server/unknown_name.h"

#include "base/json.h"

namespace bartizan::server {
namespace {

constexpr std::string_view kKeySetting = "login.unknown.key";
constexpr std::size_t kCounterDigits = 4;  // hex: 65,536 counters

}  // namespace

Result<UnknownName> UnknownName::load(store::Rows& rows, std::string_view name, Random& random) {
  BARTIZAN_ASSIGN(std::optional<std::string> key, rows.setting(kKeySetting));
  if (!key) {
    key = random_token(random);
    BARTIZAN_TRY(rows.put_setting(kKeySetting, *key));
  }
  const std::string digest = hex(hmac_sha256(as_bytes(*key), as_bytes(name)));
  UnknownName out{.counter = "login.unknown." + digest.substr(0, kCounterDigits)};
  BARTIZAN_ASSIGN(const auto stored, rows.setting(out.counter));
  if (!stored) return out;
  BARTIZAN_ASSIGN(const json::object counted, parse_json_object(*stored));
  out.failures = static_cast<int>(get_int(counted, "failures").value_or(0));
  if (const auto until = get_int(counted, "locked_until")) out.locked_until = from_millis(*until);
  return out;
}

Status UnknownName::save(store::Rows& rows) const {
  json::object counted{{"failures", failures}};
  if (locked_until) counted.emplace("locked_until", to_millis(*locked_until));
  return rows.put_setting(counter, json::serialize(counted));
}

}  // namespace bartizan::server
