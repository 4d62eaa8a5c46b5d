// Passwords as Argon2id hashes in libsodium's string form, parameters inside.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>

#include "base/crypto.h"

namespace bartizan::server {

inline constexpr std::size_t kMinPassword = 12;   // characters of a chosen one
inline constexpr std::size_t kMaxPassword = 256;  // bytes

enum class HashCost { kInteractive, kTestOnly };

// Safe from any thread; one hash at a time, so that logins cannot take all memory (64 MiB each).
class PasswordHasher {
 public:
  explicit PasswordHasher(HashCost cost = HashCost::kInteractive);

  std::string hash(std::string_view password) const;
  // An empty hash matches nothing, and takes as long as one that could.
  bool verify(const std::string& hash, std::string_view password) const;

 private:
  HashCost cost_;
  mutable std::mutex mutex_;
  std::string nobodys_hash_;
};

// 20 characters for a person to type: about 100 bits, no letters that look alike.
std::string random_password(Random& random);

}  // namespace bartizan::server
