// The audit log: who changed what, in the transaction of the change.
#pragma once

#include <string>
#include <string_view>

#include "base/crypto.h"
#include "base/json.h"
#include "base/time.h"
#include "store/store.h"

namespace bartizan::server {

// `action` reads "policy.mode_changed"; `detail` says before and after and holds no secret.
Status audit(store::Rows& rows, Timestamp now, Random& random, std::string_view actor,
             std::string_view action, std::string_view object, const json::object& detail = {});

}  // namespace bartizan::server
