#include <algorithm>
#include <charconv>

#include "rules/expression.h"

namespace bartizan::rules {
namespace {

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '*';
}

class ExpressionParser {
 public:
  ExpressionParser(std::string_view line, const std::vector<std::string>& names)
      : rest_(line), names_(names), used_(names.size(), false) {}

  Result<Expression> run() {
    if (rest_.size() > kMaxConditionLength) return error("the condition is too long");
    BARTIZAN_TRY(next());
    BARTIZAN_ASSIGN(Expression out, parse_or(0));
    if (!token_.empty()) return error("'and' or 'or' is wanted before '" + token_ + "'");
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (!used_[i]) return error("selection '" + names_[i] + "' is not used by the condition");
    }
    return out;
  }

 private:
  static Error error(std::string message) { return {ErrorCode::kInvalid, std::move(message)}; }

  // Moves token_ to the next word or parenthesis; empty at the end.
  Status next() {
    const std::size_t begin = std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size());
    rest_.remove_prefix(begin);
    std::size_t size = 0;
    if (!rest_.empty() && (rest_[0] == '(' || rest_[0] == ')')) {
      size = 1;
    } else {
      while (size < rest_.size() && is_word_character(rest_[size])) ++size;
      if (size == 0 && !rest_.empty())
        return error("'" + std::string(rest_.substr(0, 1)) + "' has no meaning in a condition");
    }
    token_ = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return {};
  }

  Result<Expression> parse_or(int depth) {
    if (depth > kMaxConditionDepth) return error("the condition is nested too deep");
    std::vector<Expression> children;
    while (true) {
      BARTIZAN_ASSIGN(Expression child, parse_and(depth));
      children.push_back(std::move(child));
      if (token_ != "or") return Expression::at_least(1, std::move(children));
      BARTIZAN_TRY(next());
    }
  }

  Result<Expression> parse_and(int depth) {
    std::vector<Expression> children;
    while (true) {
      BARTIZAN_ASSIGN(Expression child, parse_not(depth));
      children.push_back(std::move(child));
      if (token_ != "and") return Expression::all_of(std::move(children));
      BARTIZAN_TRY(next());
    }
  }

  Result<Expression> parse_not(int depth) {
    if (depth > kMaxConditionDepth) return error("the condition is nested too deep");
    if (token_.empty()) return error("the condition ends too early");
    if (token_ == "not") {
      BARTIZAN_TRY(next());
      BARTIZAN_ASSIGN(Expression child, parse_not(depth + 1));
      Expression out{.kind = Expression::Kind::kNot};
      out.children.push_back(std::move(child));
      return out;
    }
    if (token_ == "(") {
      BARTIZAN_TRY(next());
      BARTIZAN_ASSIGN(Expression inner, parse_or(depth + 1));
      if (token_ != ")") return error("a closing parenthesis is missing");
      BARTIZAN_TRY(next());
      return inner;
    }
    return parse_selection();
  }

  Result<Expression> parse_selection() {
    const std::string word = token_;
    BARTIZAN_TRY(next());
    if (token_ == "of") {
      BARTIZAN_TRY(next());
      return parse_of(word);
    }
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (names_[i] == word) return reference(i);
    }
    return error("the condition names no selection '" + word + "'");
  }

  // "QUANTITY of PATTERN", token_ being the pattern.
  Result<Expression> parse_of(const std::string& quantity) {
    const std::string pattern = token_;
    std::vector<Expression> children;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      const bool fits = pattern == "them" ||
                        (pattern.ends_with('*') &&
                         names_[i].starts_with(pattern.substr(0, pattern.size() - 1))) ||
                        pattern == names_[i];
      if (fits) children.push_back(reference(i));
    }
    if (children.empty()) return error("'of " + pattern + "' names no selection");
    BARTIZAN_TRY(next());

    if (quantity == "all") return Expression::all_of(std::move(children));
    std::size_t needed = 1;
    if (quantity != "any") {
      const char* end = quantity.data() + quantity.size();
      const auto [stop, problem] = std::from_chars(quantity.data(), end, needed);
      if (problem != std::errc() || stop != end || needed == 0)
        return error("'" + quantity + " of' must be a number from 1, 'any' or 'all'");
    }
    if (needed > children.size())
      return error("'" + quantity + " of " + pattern + "' wants more selections than there are");
    return Expression::at_least(needed, std::move(children));
  }

  Expression reference(std::size_t index) {
    used_[index] = true;
    return {.kind = Expression::Kind::kSelection, .selection = index};
  }

  std::string_view rest_;
  const std::vector<std::string>& names_;
  std::vector<bool> used_;
  std::string token_;
};

}  // namespace

Result<Expression> parse_expression(std::string_view line, const std::vector<std::string>& names) {
  return ExpressionParser(line, names).run();
}

}  // namespace bartizan::rules
