#include "intel/yaml_folder.h"

#include <algorithm>

#include "base/file.h"

namespace bartizan::intel {
namespace {

constexpr std::size_t kMaxFiles = 10'000;

// The "*.yaml" files `depth` folders below `folder`.
Result<std::vector<std::filesystem::path>> find_files(const std::filesystem::path& folder,
                                                      int depth) {
  namespace fs = std::filesystem;
  std::vector<fs::path> paths;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    if (it.depth() != depth || it->path().extension() != ".yaml") continue;
    paths.push_back(it->path());
    if (paths.size() > kMaxFiles)
      return Error{ErrorCode::kLimit, folder.string() + ": too many files"};
  }
  if (error) return Error{ErrorCode::kNotFound, folder.string() + ": " + error.message()};
  return paths;
}

Result<ContentFile> read_content_file(const std::filesystem::path& path, std::string name,
                                      std::string id) {
  BARTIZAN_ASSIGN(const std::string text, read_file(path, rules::kMaxYamlBytes));
  BARTIZAN_ASSIGN(rules::YamlNode root, rules::parse_yaml(text, name));
  return ContentFile{.name = std::move(name), .id = std::move(id), .root = std::move(root)};
}

void sort_by_id(std::vector<ContentFile>& files) {
  std::sort(files.begin(), files.end(),
            [](const ContentFile& a, const ContentFile& b) { return a.id < b.id; });
}

}  // namespace

Result<std::vector<ContentFile>> read_yaml_folder(const std::filesystem::path& folder) {
  BARTIZAN_ASSIGN(const auto paths, find_files(folder, 1));
  std::vector<ContentFile> out;
  for (const std::filesystem::path& path : paths) {
    const std::string vector = path.parent_path().filename().string();
    BARTIZAN_ASSIGN(
        ContentFile file,
        read_content_file(path, (folder.filename() / vector / path.filename()).generic_string(),
                          vector + "." + path.stem().string()));
    out.push_back(std::move(file));
  }
  sort_by_id(out);
  return out;
}

Result<std::vector<ContentFile>> read_flat_yaml_folder(const std::filesystem::path& folder) {
  BARTIZAN_ASSIGN(const auto paths, find_files(folder, 0));
  std::vector<ContentFile> out;
  for (const std::filesystem::path& path : paths) {
    BARTIZAN_ASSIGN(ContentFile file,
                    read_content_file(path, (folder.filename() / path.filename()).generic_string(),
                                      path.stem().string()));
    out.push_back(std::move(file));
  }
  sort_by_id(out);
  return out;
}

}  // namespace bartizan::intel
