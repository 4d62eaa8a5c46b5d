#include "intel/confusables.h"

#include <charconv>

#include "parse/domain/utf8.h"

namespace bartizan::intel {

Result<ConfusableMap> ConfusableMap::load(std::string_view tsv, const std::string& file) {
  ConfusableMap map;
  for (int number = 1; !tsv.empty(); ++number) {
    const std::size_t end = tsv.find('\n');
    const std::string_view line = tsv.substr(0, end);
    tsv.remove_prefix(end == std::string_view::npos ? tsv.size() : end + 1);
    if (line.empty() || line.front() == '#') continue;
    const std::size_t tab = line.find('\t');
    std::uint32_t code_point = 0;
    const auto parsed =
        std::from_chars(line.data(), line.data() + std::min(tab, line.size()), code_point, 16);
    if (tab == std::string_view::npos || parsed.ptr != line.data() + tab || code_point < 0x80 ||
        code_point > 0x10ffff) {
      return Error{ErrorCode::kInvalid, file + ":" + std::to_string(number) +
                                            ": a code point in hex, a tab and text are wanted"};
    }
    map.ascii_by_letter_.emplace(code_point, line.substr(tab + 1));
  }
  return map;
}

std::string ConfusableMap::ascii_lookalike(std::u32string_view text) const {
  std::string out;
  for (const char32_t letter : text) {
    const auto place = letter < 0x80 ? ascii_by_letter_.end() : ascii_by_letter_.find(letter);
    if (place == ascii_by_letter_.end()) {
      parse::append_utf8(out, letter);
    } else {
      out += place->second;
    }
  }
  return out;
}

}  // namespace bartizan::intel
