// A copy of an installation in one tar file: store, CA, connectors. It holds the CA's key and must
// be kept like it.
#pragma once

#include <filesystem>

#include "base/result.h"
#include "base/time.h"

namespace bartizan::server {

// While the server runs, too. `file` must not exist; it is complete (fsynced, mode 0600) or absent.
Status back_up(const std::filesystem::path& data, const std::filesystem::path& file, Timestamp now);

// Into a folder that does not exist or is empty; a damaged or foreign archive leaves nothing there.
Status restore(const std::filesystem::path& file, const std::filesystem::path& data);

}  // namespace bartizan::server
