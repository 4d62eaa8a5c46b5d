#include "intel/code_patterns.h"

#include <algorithm>
#include <map>

namespace bartizan::intel {
namespace {

bool is_descriptor(std::string_view text) {
  return text.size() >= 3 && text.front() == 'L' && text.back() == ';';
}

Error bad_pattern(std::string_view pattern, std::string_view why) {
  return Error{ErrorCode::kInvalid,
               "code pattern \"" + std::string(pattern) + "\": " + std::string(why)};
}

Result<ReferencePattern> reference_of(std::string_view text) {
  const std::size_t arrow = text.find("->");
  if (arrow == std::string_view::npos || !is_descriptor(text.substr(0, arrow)))
    return bad_pattern(text, "it is not written Lpackage/Class;->name");
  const std::string_view member = text.substr(arrow + 2);
  const std::size_t end = member.find_first_of("(:");
  ReferencePattern out{.class_name = std::string(text.substr(0, arrow)),
                       .name = std::string(member.substr(0, end))};
  if (out.name.empty()) return bad_pattern(text, "it has no name after \"->\"");
  if (end == std::string_view::npos) return out;
  out.is_field = member[end] == ':';
  out.type = member.substr(out.is_field ? end + 1 : end);
  if (!out.is_field && out.type.find(')') == std::string::npos)
    return bad_pattern(text, "its prototype is not written (parameters)result");
  return out;
}

}  // namespace

LiteralMatcher::LiteralMatcher(const std::vector<std::string_view>& words)
    : next_(kSymbols, kNone), states_(1) {
  for (std::uint32_t word = 0; word < words.size(); ++word) {
    if (words[word].empty()) continue;
    std::uint32_t state = 0;
    for (const char c : words[word]) {
      const std::size_t edge = state * kSymbols + static_cast<std::uint8_t>(c);
      if (next_[edge] == kNone) {
        next_[edge] = static_cast<std::uint32_t>(states_.size());
        states_.emplace_back();
        next_.resize(next_.size() + kSymbols, kNone);
      }
      state = next_[edge];
    }
    states_[state].word = word;
  }
  // Breadth first: a state's failure is shorter than it is, so that one is complete already.
  output_.assign(states_.size(), kNone);
  std::vector<std::uint32_t> failure(states_.size(), 0);
  std::vector<std::uint32_t> order{0};
  for (std::size_t i = 0; i < order.size(); ++i) {
    const std::uint32_t state = order[i];
    if (state != 0) {
      states_[state].shorter = output_[failure[state]];
      output_[state] = states_[state].word != kNone ? state : output_[failure[state]];
    }
    for (std::uint32_t symbol = 0; symbol < kSymbols; ++symbol) {
      std::uint32_t& edge = next_[state * kSymbols + symbol];
      const std::uint32_t fallback = state == 0 ? 0 : next_[failure[state] * kSymbols + symbol];
      if (edge == kNone) {
        edge = fallback;
      } else {
        failure[edge] = fallback;
        order.push_back(edge);
      }
    }
  }
}

Result<CodePatterns::Literals> CodePatterns::compile_literals(
    const std::vector<std::string>& patterns, bool may_open_start) {
  Literals out;
  std::map<std::string, std::vector<std::uint32_t>> by_text;
  for (std::uint32_t i = 0; i < patterns.size(); ++i) {
    std::string_view text = patterns[i];
    Literal literal;
    if (may_open_start && text.starts_with('*')) {
      literal.open_start = true;
      text.remove_prefix(1);
    }
    if (text.ends_with('*')) {
      literal.open_end = true;
      text.remove_suffix(1);
    }
    if (text.empty()) return bad_pattern(patterns[i], "it fits everything");
    if (text.find('*') != std::string_view::npos)
      return bad_pattern(patterns[i], "\"*\" stands at the ends alone");
    literal.text = text;
    by_text[literal.text].push_back(i);
    out.literals.push_back(std::move(literal));
  }
  std::vector<std::string_view> words;
  for (const auto& [text, numbers] : by_text) {
    words.push_back(text);
    out.patterns_of.push_back(numbers);
  }
  out.matcher = LiteralMatcher(words);
  return out;
}

bool CodePatterns::contains(const std::vector<std::uint32_t>& hits, std::uint32_t pattern) {
  return std::find(hits.begin(), hits.end(), pattern) != hits.end();
}

Result<CodePatterns> CodePatterns::compile(const CodePatternSource& source) {
  CodePatterns out;
  for (const std::string& text : source.references) {
    BARTIZAN_ASSIGN(ReferencePattern reference, reference_of(text));
    out.references_.push_back(std::move(reference));
  }
  for (const std::string& text : source.overrides) {
    BARTIZAN_ASSIGN(ReferencePattern reference, reference_of(text));
    if (reference.is_field) return bad_pattern(text, "a field overrides nothing");
    out.overrides_.push_back(std::move(reference));
  }
  BARTIZAN_ASSIGN(out.strings_, compile_literals(source.strings, true));
  BARTIZAN_ASSIGN(out.classes_, compile_literals(source.classes, false));
  for (const Literal& literal : out.classes_.literals) {
    if (!literal.text.starts_with('L') || (!literal.open_end && !is_descriptor(literal.text)))
      return bad_pattern(literal.text, "it is not written Lpackage/Class; or Lpackage/*");
  }
  return out;
}

}  // namespace bartizan::intel
