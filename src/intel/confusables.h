// Letters that look like ASCII letters and digits (Unicode Technical Standard 39), from a table
// generated at content build time.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace bartizan::intel {

class ConfusableMap {
 public:
  ConfusableMap() = default;
  // Lines "code point in hex, tab, ASCII text it looks like". Errors read "file:line: message".
  static Result<ConfusableMap> load(std::string_view tsv, const std::string& file);

  // `text` with every letter replaced by the ASCII text it looks like. Letters that look like none
  // stay as they are, in UTF-8; marks that sit on a letter are part of the table as empty text.
  std::string ascii_lookalike(std::u32string_view text) const;
  std::size_t size() const { return ascii_by_letter_.size(); }

 private:
  std::map<char32_t, std::string> ascii_by_letter_;
};

}  // namespace bartizan::intel
