#include "server/password.h"

#include <sodium.h>

#include <array>
#include <cstdlib>

namespace bartizan::server {
namespace {

std::string argon2id(std::string_view password, HashCost cost) {
  char out[crypto_pwhash_STRBYTES];
  const bool cheap = cost == HashCost::kTestOnly;
  const int failed = crypto_pwhash_str_alg(
      out, password.data(), password.size(),
      cheap ? crypto_pwhash_argon2id_OPSLIMIT_MIN : crypto_pwhash_argon2id_OPSLIMIT_INTERACTIVE,
      cheap ? crypto_pwhash_argon2id_MEMLIMIT_MIN : crypto_pwhash_argon2id_MEMLIMIT_INTERACTIVE,
      crypto_pwhash_ALG_ARGON2ID13);
  // Fails for want of memory alone; an account without a hash must not come to be.
  if (failed != 0) std::abort();
  return out;
}

}  // namespace

PasswordHasher::PasswordHasher(HashCost cost) : cost_(cost) {
  if (sodium_init() < 0) std::abort();
  nobodys_hash_ = argon2id("nobody", cost);
}

std::string PasswordHasher::hash(std::string_view password) const {
  const std::lock_guard lock(mutex_);
  return argon2id(password, cost_);
}

bool PasswordHasher::verify(const std::string& hash, std::string_view password) const {
  const std::lock_guard lock(mutex_);
  const std::string& against = hash.empty() ? nobodys_hash_ : hash;
  const bool match =
      crypto_pwhash_str_verify(against.c_str(), password.data(), password.size()) == 0;
  return match && !hash.empty();
}

std::string random_password(Random& random) {
  static constexpr std::string_view kLetters = "abcdefghjkmnpqrstuvwxyz23456789";
  std::string out;
  while (out.size() < 23) {
    if (out.size() % 6 == 5) {
      out += '-';
      continue;
    }
    std::array<std::uint8_t, 1> byte;
    random.fill(byte);
    // Bytes beyond the last whole multiple would favour the first letters.
    if (byte[0] < 256 / kLetters.size() * kLetters.size())
      out += kLetters[byte[0] % kLetters.size()];
  }
  return out;
}

}  // namespace bartizan::server
