// Uploaded apps whose code is nearly the same.
#pragma once

#include "base/json.h"
#include "store/store.h"

namespace bartizan::server {

// Sets `near_duplicates` of a report (docs/cli.md): other uploaded apps, the nearest first, at most
// 20. Not there: the report has no TLSH of its code.
Status add_near_duplicates(store::Rows& rows, json::object& report);

}  // namespace bartizan::server
