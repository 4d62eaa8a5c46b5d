#include "intel/yaml_folder.h"

#include <algorithm>

#include "base/file.h"

namespace bartizan::intel {
namespace {

constexpr std::size_t kMaxFiles = 10'000;

}  // namespace

Result<std::vector<ContentFile>> read_yaml_folder(const std::filesystem::path& folder) {
  namespace fs = std::filesystem;
  std::vector<fs::path> paths;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    if (it.depth() != 1 || it->path().extension() != ".yaml") continue;
    paths.push_back(it->path());
    if (paths.size() > kMaxFiles)
      return Error{ErrorCode::kLimit, folder.string() + ": too many files"};
  }
  if (error) return Error{ErrorCode::kNotFound, folder.string() + ": " + error.message()};

  std::vector<ContentFile> out;
  for (const fs::path& path : paths) {
    const std::string vector = path.parent_path().filename().string();
    const std::string name = (folder.filename() / vector / path.filename()).generic_string();
    BARTIZAN_ASSIGN(const std::string text, read_file(path, rules::kMaxYamlBytes));
    BARTIZAN_ASSIGN(rules::YamlNode root, rules::parse_yaml(text, name));
    out.push_back(
        {.name = name, .id = vector + "." + path.stem().string(), .root = std::move(root)});
  }
  std::sort(out.begin(), out.end(),
            [](const ContentFile& a, const ContentFile& b) { return a.id < b.id; });
  return out;
}

}  // namespace bartizan::intel
