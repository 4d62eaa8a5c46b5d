// Phrases by which messages press, lure and threaten, in several languages, with how much each
// weighs: content/cues/NAME.yaml, one file for each kind of message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "intel/confusables.h"

namespace bartizan::intel {

inline constexpr std::size_t kMaxCueText = 256 << 10;  // bytes of a message that are looked at
inline constexpr std::size_t kMaxGapWords = 4;         // that "~" stands for

struct TextCue {
  std::string id;    // "account_suspended"
  std::string says;  // completes "The text ": "says that an account is suspended"
  int weight = 0;    // may be negative: what honest messages say
};

// Where in the text a cue is: bytes [begin, end).
struct CueMatch {
  std::size_t cue = 0;  // into TextCueSet::cues()
  std::size_t begin = 0;
  std::size_t end = 0;
};

// One word of a text, ready to be compared: lower case, letters that look like ASCII ones as those.
struct TextWord {
  std::string text;
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t sentence = 0;    // words of one sentence share it
  bool mixed_scripts = false;  // Latin letters beside Cyrillic or Greek ones
};

struct TextWords {
  std::vector<TextWord> words;
  std::size_t invisible = 0;  // characters within words that nobody sees
};

// Words are runs of letters and digits; "%", "$" and the like are words of their own. What nobody
// sees (zero width, soft hyphen) is left out. Text beyond kMaxCueText is not looked at.
TextWords split_words(std::string_view text, const ConfusableMap& confusables);

// A phrase is words and, between them, alternatives and gaps:
//
//   "account suspended|locked|limit*"   a word that ends in "*" stands for all that begin so
//   "verify|confirm ~ identity"         "~" stands for up to kMaxGapWords words of the sentence
//
// In languages written without spaces (zh, ja, th) a phrase is found wherever its letters stand.
class TextCueSet {
 public:
  TextCueSet() = default;
  // YAML: a map "cues" of id: {says, weight, phrases: {LANGUAGE: [phrase...]}}. Errors read
  // "file:line: message".
  static Result<TextCueSet> load(std::string_view yaml, const std::string& file,
                                 const ConfusableMap& confusables);

  const std::vector<TextCue>& cues() const { return cues_; }
  // Each cue at its first place, in the order of cues().
  std::vector<CueMatch> find(const TextWords& text) const;

 private:
  struct Element {
    std::vector<std::string> words;
    std::vector<std::string> beginnings;
    bool gap_before = false;
  };
  struct Phrase {
    std::size_t cue = 0;
    std::vector<Element> elements;
  };
  struct Fragment {
    std::size_t cue = 0;
    std::string letters;
  };

  Status add(std::string_view phrase, std::size_t cue, const ConfusableMap& confusables);
  bool matches(const Element& element, const std::string& word) const;
  // The word behind the match, or 0 for none; `at` is where the phrase's first word may stand.
  std::size_t match(const Phrase& phrase, const std::vector<TextWord>& words, std::size_t at) const;
  void find_fragments(const std::vector<TextWord>& words, std::vector<CueMatch>& first) const;

  std::vector<TextCue> cues_;
  std::vector<Phrase> phrases_;
  std::vector<Fragment> fragments_;                               // of languages without spaces
  std::multimap<std::string, std::size_t, std::less<>> by_word_;  // first word: phrase
  std::multimap<std::string, std::size_t, std::less<>> by_beginning_;  // first word's beginning
};

}  // namespace bartizan::intel
