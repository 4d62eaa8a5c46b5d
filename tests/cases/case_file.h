// A file of text cases: the grammar alone (tests/cases/README.md), nothing of what it means.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace bartizan::cases {

// One line of a case, with the lines that continue it (indented ones), without comments.
struct Line {
  int number = 0;
  std::string text;
  std::string block;  // the indented lines below it, two columns to the left
};

struct Case {
  int number = 0;  // line it begins at
  std::string doc;
  std::vector<Line> lines;
};

// Every case says in "# doc:" what it proves. Errors read "file:line: message".
Result<std::vector<Case>> parse_cases(std::string_view text, const std::string& file);

// Splits a line at spaces; "quoted words" keep theirs. What begins with '{' is one word to the end.
std::vector<std::string> split_words(std::string_view line);

}  // namespace bartizan::cases
