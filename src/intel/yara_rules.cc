#include "intel/yara_rules.h"

#include <algorithm>

#include "base/file.h"

namespace bartizan::intel {

Result<std::vector<NamedText>> read_yara_files(const std::filesystem::path& folder) {
  namespace fs = std::filesystem;
  std::vector<NamedText> files;
  std::error_code error;
  if (!fs::exists(folder, error)) return files;
  std::size_t bytes = 0;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const fs::path ending = entry->path().extension();
    if ((ending != ".yar" && ending != ".yara") || entry->is_directory(error)) continue;
    if (files.size() == kMaxYaraFiles)
      return Error{ErrorCode::kLimit, folder.string() + " holds too many files of YARA rules"};
    NamedText file{.name = "yara/" + entry->path().lexically_relative(folder).generic_string(),
                   .text = {}};
    BARTIZAN_ASSIGN(file.text, read_file(entry->path(), kMaxYaraFileBytes));
    bytes += file.text.size();
    if (bytes > kMaxYaraBytes)
      return Error{ErrorCode::kLimit, folder.string() + ": more than 32 MiB of YARA rules"};
    files.push_back(std::move(file));
  }
  if (error)
    return Error{ErrorCode::kNotFound, "cannot read " + folder.string() + ": " + error.message()};
  std::sort(files.begin(), files.end(),
            [](const NamedText& a, const NamedText& b) { return a.name < b.name; });
  return files;
}

}  // namespace bartizan::intel
