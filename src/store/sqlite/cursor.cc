#include "store/sqlite/cursor.h"

#include "base/crypto.h"
#include "base/json.h"

namespace bartizan::store::sqlite {
namespace {

constexpr std::size_t kMacSize = 16;  // of HMAC-SHA256, truncated
constexpr std::size_t kMaxCursor = 8192;

std::string mac_of(std::string_view key, std::string_view scope, std::string_view values) {
  std::string message(scope);
  message += '\0';
  message += values;
  const Sha256Digest digest = hmac_sha256(as_bytes(key), as_bytes(message));
  return std::string(as_text(Bytes(digest).first(kMacSize)));
}

}  // namespace

std::string seal_cursor(std::string_view key, std::string_view scope,
                        const std::vector<Value>& values) {
  json::array list;
  for (const Value& value : values)
    std::visit([&](const auto& held) { list.emplace_back(held); }, value);
  const std::string text = json::serialize(list);
  return base64url(as_bytes(mac_of(key, scope, text) + text));
}

Result<std::vector<Value>> open_cursor(std::string_view key, std::string_view scope,
                                       std::string_view cursor) {
  const Error invalid{ErrorCode::kInvalid, "cursor is not one this listing gave"};
  if (cursor.size() > kMaxCursor) return invalid;
  const Result<std::vector<std::uint8_t>> bytes = unbase64(cursor);
  if (!bytes || bytes->size() <= kMacSize) return invalid;
  const std::string_view text = as_text(Bytes(*bytes).subspan(kMacSize));
  if (!equal_constant_time(Bytes(*bytes).first(kMacSize), as_bytes(mac_of(key, scope, text))))
    return invalid;
  const Result<json::value> list = parse_json(text);
  if (!list || !list->is_array()) return invalid;
  std::vector<Value> values;
  for (const json::value& item : list->get_array()) {
    if (item.is_int64()) {
      values.emplace_back(item.get_int64());
    } else if (item.is_string()) {
      values.emplace_back(std::string(item.get_string()));
    } else {
      return invalid;
    }
  }
  return values;
}

}  // namespace bartizan::store::sqlite
