#include "cli/content_location.h"

#include <cstdlib>
#include <string>
#include <system_error>

namespace bartizan::cli {
namespace {

namespace fs = std::filesystem;

bool is_folder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

Result<fs::path> asked_for(const fs::path& path) {
  if (is_folder(path)) return path;
  return Error{ErrorCode::kNotFound, "no content folder at " + path.string()};
}

}  // namespace

Result<fs::path> find_content(std::string_view option) {
  if (!option.empty()) return asked_for(fs::path(option));
  if (const char* named = std::getenv("BARTIZAN_CONTENT"); named != nullptr && *named != '\0')
    return asked_for(fs::path(named));
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (!error && is_folder(program.parent_path() / "content"))
    return program.parent_path() / "content";
  if (is_folder(BARTIZAN_SOURCE_CONTENT)) return fs::path(BARTIZAN_SOURCE_CONTENT);
  return Error{ErrorCode::kNotFound,
               "no content folder found: name it with --content or BARTIZAN_CONTENT"};
}

}  // namespace bartizan::cli
