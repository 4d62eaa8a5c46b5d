#include "server/totp.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

namespace bartizan::server {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::int64_t kStepSeconds = 30;

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

}  // namespace

std::string base32(Bytes bytes) {
  std::string out;
  std::uint32_t group = 0;
  int bits = 0;
  for (const std::uint8_t byte : bytes) {
    group = group << 8 | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out += kAlphabet[group >> bits & 31];
    }
  }
  if (bits > 0) out += kAlphabet[group << (5 - bits) & 31];
  return out;
}

Result<std::vector<std::uint8_t>> unbase32(std::string_view text) {
  std::vector<std::uint8_t> out;
  std::uint32_t group = 0;
  int bits = 0;
  for (const char c : text) {
    const std::size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos)
      return Error{ErrorCode::kInvalid, "not a base32 character"};
    group = group << 5 | static_cast<std::uint32_t>(value);
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      out.push_back(static_cast<std::uint8_t>(group >> bits));
    }
  }
  return out;
}

std::string new_totp_secret(Random& random) {
  std::array<std::uint8_t, 20> key;
  random.fill(key);
  return base32(key);
}

std::int64_t totp_step(Timestamp now) { return to_millis(now) / 1000 / kStepSeconds; }

std::string totp_code(Bytes key, std::int64_t step, int digits) {
  std::array<std::uint8_t, 8> counter;
  for (int i = 0; i < 8; ++i) counter[7 - i] = static_cast<std::uint8_t>(step >> (8 * i));
  std::array<std::uint8_t, 20> mac{};
  unsigned size = 0;
  HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()), counter.data(), counter.size(),
       mac.data(), &size);
  // Dynamic truncation, RFC 4226 section 5.3.
  const std::size_t offset = mac[19] & 15;
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) number = number << 8 | mac[offset + i];
  number &= 0x7fffffff;
  std::string out(static_cast<std::size_t>(digits), '0');
  for (int i = digits - 1; i >= 0; --i, number /= 10)
    out[static_cast<std::size_t>(i)] = static_cast<char>('0' + number % 10);
  return out;
}

std::optional<std::int64_t> check_totp(std::string_view secret, std::string_view code,
                                       Timestamp now, std::int64_t last_step) {
  const auto key = unbase32(secret);
  if (!key || key->empty()) return std::nullopt;
  const std::int64_t present = totp_step(now);
  std::optional<std::int64_t> found;
  for (std::int64_t step = present - 1; step <= present + 1; ++step) {
    const std::string wanted = totp_code(*key, step);
    if (equal_constant_time(as_bytes(wanted), as_bytes(code)) && step > last_step) found = step;
  }
  return found;
}

std::string totp_url(std::string_view account, std::string_view secret) {
  std::string name;
  for (const char c : account) {
    if (is_unreserved(c)) {
      name += c;
    } else {
      name += '%';
      name += hex(as_bytes(std::string_view(&c, 1)));
    }
  }
  return "otpauth://totp/Bartizan:" + name + "?secret=" + std::string(secret) + "&issuer=Bartizan";
}

}  // namespace bartizan::server
