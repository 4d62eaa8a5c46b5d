// What content looks for in an app's code, compiled once for every app.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace bartizan::intel {

// Where each list is searched is said in detect/app/code.h. The numbers in a report are positions
// in these lists.
struct CodePatternSource {
  // "Landroid/telephony/SmsManager;->sendTextMessage" any method of that name,
  // "Landroid/app/Activity;->finish()V" with its prototype,
  // "Landroid/provider/Telephony$Sms;->CONTENT_URI:" a field (its type may follow).
  std::vector<std::string> references;
  // "Landroid/app/Service;->onCreate": any method of that name that overrides or implements the
  // class's.
  std::vector<std::string> overrides;
  // A whole string; a "*" at either end stands for any text: "content://sms*", "*/bin/su*".
  std::vector<std::string> strings;
  // A class descriptor "Lcom/example/Tracker;", or with "*" at its end all that begin so.
  std::vector<std::string> classes;
};

struct ReferencePattern {
  std::string class_name;
  std::string name;
  std::string type;  // prototype of a method or type of a field; empty: any
  bool is_field = false;
};

// Finds many literals in one pass over a text (Aho-Corasick 1975).
class LiteralMatcher {
 public:
  // `words` that are empty are never found.
  explicit LiteralMatcher(const std::vector<std::string_view>& words);

  // Calls `found(word, end)` for each occurrence: the word's number, and where in `text` it ends.
  template <typename Found>
  void find(std::string_view text, const Found& found) const {
    std::uint32_t state = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      state = next_[state * kSymbols + static_cast<std::uint8_t>(text[i])];
      for (std::uint32_t at = output_[state]; at != kNone; at = states_[at].shorter)
        found(states_[at].word, i + 1);
    }
  }

 private:
  static constexpr std::uint32_t kSymbols = 256;
  static constexpr std::uint32_t kNone = 0xffffffff;

  struct State {
    std::uint32_t word = kNone;
    std::uint32_t shorter = kNone;  // the next state whose word also ends here
  };

  std::vector<std::uint32_t> next_;    // by state and byte
  std::vector<std::uint32_t> output_;  // for each state the first with a word that ends there
  std::vector<State> states_;
};

class CodePatterns {
 public:
  // kInvalid: a pattern that cannot be read, with its text.
  static Result<CodePatterns> compile(const CodePatternSource& source);

  const std::vector<ReferencePattern>& references() const { return references_; }
  const std::vector<ReferencePattern>& overrides() const { return overrides_; }

  // Calls `found(number)` once for each string pattern that `text` fits.
  template <typename Found>
  void match_string(std::string_view text, const Found& found) const {
    match(strings_, text, found);
  }
  // The same for a class descriptor.
  template <typename Found>
  void match_class(std::string_view descriptor, const Found& found) const {
    match(classes_, descriptor, found);
  }

 private:
  struct Literal {
    std::string text;
    bool open_start = false;
    bool open_end = false;
  };
  struct Literals {
    std::vector<Literal> literals;  // by pattern
    // Equal texts are one word of the matcher; patterns_of its patterns.
    std::vector<std::vector<std::uint32_t>> patterns_of;
    LiteralMatcher matcher{{}};
  };

  static Result<Literals> compile_literals(const std::vector<std::string>& patterns,
                                           bool may_open_start);

  template <typename Found>
  static void match(const Literals& in, std::string_view text, const Found& found) {
    if (in.literals.empty()) return;
    std::vector<std::uint32_t> hits;
    in.matcher.find(text, [&](std::uint32_t word, std::size_t end) {
      for (const std::uint32_t pattern : in.patterns_of[word]) {
        const Literal& literal = in.literals[pattern];
        if ((literal.open_start || end == literal.text.size()) &&
            (literal.open_end || end == text.size()) && !contains(hits, pattern))
          hits.push_back(pattern);
      }
    });
    for (const std::uint32_t pattern : hits) found(pattern);
  }
  static bool contains(const std::vector<std::uint32_t>& hits, std::uint32_t pattern);

  std::vector<ReferencePattern> references_;
  std::vector<ReferencePattern> overrides_;
  Literals strings_;
  Literals classes_;
};

}  // namespace bartizan::intel
