// Identifiers: UUIDv7 (RFC 9562) as 36 lower-case characters.
#pragma once

#include <string>
#include <string_view>

#include "base/crypto.h"
#include "base/time.h"

namespace bartizan {

// Time-ordered to the millisecond, random within it.
std::string new_uuid(Timestamp now, Random& random);

// A UUIDv8 whose bits are the SHA-256 of `name`: the same input gives the same id in every home of
// the engine.
std::string uuid_of(std::string_view name);

// Canonical lower-case form of any UUID version.
bool is_uuid(std::string_view text);

}  // namespace bartizan
