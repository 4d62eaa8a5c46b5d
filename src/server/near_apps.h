// Uploaded apps whose code or icon is nearly the same.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "detect/app/uploaded_apps.h"
#include "store/store.h"

namespace bartizan::server {

// Those of a report (docs/cli.md) among the tenant's other uploads.
Result<std::vector<detect::UploadNeighbour>> find_near_apps(store::Rows& rows,
                                                            const json::object& report);

// Adds the findings that they lead to. `installer`: as for the report.
void judge_near_apps(const std::vector<detect::UploadNeighbour>& near,
                     const detect::Context& context, const std::optional<std::string>& installer,
                     json::object& report);

// Sets `near_duplicates`, the nearest first, and `same_icon`, those of other packages and signers;
// at most 20 of each. Not there: the report has no TLSH of its code, no digest of its icon.
void list_near_apps(std::vector<detect::UploadNeighbour> near, json::object& report);

}  // namespace bartizan::server
