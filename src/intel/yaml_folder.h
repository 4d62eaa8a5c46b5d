// The *.yaml files of a content folder.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "rules/yaml.h"

namespace bartizan::intel {

struct ContentFile {
  std::string name;  // as errors name it: the folder's own name and the path below it
  std::string id;    // "app/stalkerware.yaml" is app.stalkerware
  rules::YamlNode root;
};

// Every "*.yaml" one folder below `folder`, in the order of their ids. At most 10,000 files.
Result<std::vector<ContentFile>> read_yaml_folder(const std::filesystem::path& folder);

// Every "*.yaml" in `folder` itself, in the order of their ids: "sms_read.yaml" is sms_read.
Result<std::vector<ContentFile>> read_flat_yaml_folder(const std::filesystem::path& folder);

}  // namespace bartizan::intel
