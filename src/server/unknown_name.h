// Failed sign-ins under names that no account has. They are counted and lock as an account's do, so
// that the answer does not tell which names exist.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/crypto.h"
#include "base/result.h"
#include "base/time.h"
#include "store/store.h"

namespace bartizan::server {

// One of 65,536 counters of a tenant, kept in the store as accounts' are: whatever is tried, they
// take a few megabytes. Names share one by a digest whose key is the installation's own, so that
// nobody can tell beforehand which do.
struct UnknownName {
  std::string counter;  // key of the setting that holds it
  int failures = 0;
  std::optional<Timestamp> locked_until;

  static Result<UnknownName> load(store::Rows& rows, std::string_view name, Random& random);
  Status save(store::Rows& rows) const;
};

}  // namespace bartizan::server
