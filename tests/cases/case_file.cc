#include "case_file.h"

#include <sstream>

namespace bartizan::cases {
namespace {

constexpr std::string_view kDoc = "# doc:";
constexpr std::string_view kSeparator = "----";

std::string trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return "";
  return std::string(text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1));
}

}  // namespace

Result<std::vector<Case>> parse_cases(std::string_view text, const std::string& file) {
  std::vector<Case> out;
  Case current;
  std::istringstream stream{std::string(text)};
  int number = 0;
  const auto error = [&](int line, std::string message) {
    return Error{ErrorCode::kInvalid, file + ":" + std::to_string(line) + ": " + message};
  };
  const auto finish = [&]() -> Status {
    if (current.doc.empty() && current.lines.empty()) return {};
    if (current.doc.empty()) return error(current.lines[0].number, "the case has no '# doc:'");
    if (current.lines.empty()) return error(current.number, "the case does nothing");
    out.push_back(std::move(current));
    current = Case();
    return {};
  };

  for (std::string line; std::getline(stream, line);) {
    ++number;
    if (line == kSeparator) {
      BARTIZAN_TRY(finish());
    } else if (line.starts_with(kDoc)) {
      if (!current.doc.empty()) return error(number, "a second '# doc:' (cases end with ----)");
      current.doc = trimmed(line.substr(kDoc.size()));
      current.number = number;
    } else if (line.starts_with("  ")) {
      if (current.lines.empty()) return error(number, "an indented line continues nothing");
      current.lines.back().block += line.substr(2) + "\n";
    } else if (!trimmed(line).empty() && !line.starts_with('#')) {
      current.lines.push_back({.number = number, .text = trimmed(line), .block = ""});
    }
  }
  BARTIZAN_TRY(finish());
  return out;
}

std::vector<std::string> split_words(std::string_view line) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < line.size();) {
    if (line[i] == ' ') {
      ++i;
      continue;
    }
    if (line[i] == '{') {
      out.emplace_back(line.substr(i));
      break;
    }
    std::string word;
    bool quoted = false;
    for (; i < line.size() && (quoted || line[i] != ' '); ++i) {
      if (line[i] == '"') {
        quoted = !quoted;
      } else {
        word += line[i];
      }
    }
    out.push_back(std::move(word));
  }
  return out;
}

}  // namespace bartizan::cases
