#include "connect/json_lines.h"

#include <algorithm>

#include "base/json.h"

namespace bartizan::connect {
namespace {

class Walker {
 public:
  explicit Walker(std::string_view text) : text_(text) {}

  Status value(const std::string& path) {
    space();
    lines_.emplace(path, line_);
    switch (peek()) {
      case '{':
        return members(path);
      case '[':
        return elements(path);
      case '"':
        string();
        return {};
      default:
        while (at_ < text_.size() &&
               std::string_view(",]} \t\r\n").find(peek()) == std::string_view::npos) {
          ++at_;
        }
        return {};
    }
  }

  std::map<std::string, int> take() { return std::move(lines_); }

 private:
  Status members(const std::string& path) {
    ++at_;
    for (space(); peek() == '"'; space()) {
      const int line = line_;
      const std::string name = path.empty() ? string() : path + "." + string();
      if (lines_.contains(name)) {
        return Error{ErrorCode::kInvalid, std::to_string(line) + ": " + name + " is written twice"};
      }
      skip_to(':');
      BARTIZAN_TRY(value(name));
      if (!skip_comma()) break;
    }
    skip_to('}');
    return {};
  }

  Status elements(const std::string& path) {
    ++at_;
    space();
    for (int i = 0; peek() != ']' && at_ < text_.size(); ++i) {
      const std::string index = std::to_string(i);
      BARTIZAN_TRY(value(path.empty() ? index : path + "." + index));
      if (!skip_comma()) break;
    }
    skip_to(']');
    return {};
  }

  // Past a string; its text, escapes undone.
  std::string string() {
    const std::size_t start = at_++;
    while (peek() != '"' && at_ < text_.size()) at_ += peek() == '\\' ? 2 : 1;
    ++at_;
    const auto parsed = parse_json(text_.substr(start, at_ - start));
    return parsed && parsed->is_string() ? std::string(parsed->get_string()) : "";
  }

  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void space() {
    for (; at_ < text_.size() && std::string_view(" \t\r\n").find(peek()) != std::string_view::npos;
         ++at_) {
      if (peek() == '\n') ++line_;
    }
  }
  void skip_to(char wanted) {
    space();
    if (peek() == wanted) ++at_;
  }
  bool skip_comma() {
    space();
    if (peek() != ',') return false;
    ++at_;
    space();
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 1;
  std::map<std::string, int> lines_;
};

}  // namespace

Result<std::map<std::string, int>> json_lines(std::string_view text) {
  Walker walker(text);
  BARTIZAN_TRY(walker.value(""));
  return walker.take();
}

int line_of(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  return 1 + static_cast<int>(std::count(before.begin(), before.end(), '\n'));
}

}  // namespace bartizan::connect
