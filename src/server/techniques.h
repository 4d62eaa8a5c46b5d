// Names of the ATT&CK Mobile techniques, from content/attack/techniques.yaml.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "base/result.h"

namespace bartizan::server {

Result<std::map<std::string, std::string>> load_technique_names(const std::filesystem::path& file);

}  // namespace bartizan::server
