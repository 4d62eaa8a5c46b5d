// Text to words that compare: see text_cues.h.
#include <algorithm>
#include <array>
#include <map>

#include "intel/text_cues.h"
#include "parse/domain/idna.h"
#include "parse/domain/utf8.h"

namespace bartizan::intel {
namespace {

enum class Sort { kLetter, kSign, kSpace, kEnd, kInvisible, kJoiner };

Sort sort_of_ascii(char32_t c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  if (letter) return Sort::kLetter;
  if (c == '$' || c == '%') return Sort::kSign;
  if (c == '.' || c == '!' || c == '?' || c == '\n') return Sort::kEnd;
  if (c == '\'') return Sort::kJoiner;
  return Sort::kSpace;
}

Sort sort_of(char32_t c) {
  if (c < 0x80) return sort_of_ascii(c);
  if (c == 0xa3 || c == 0xa5 || (c >= 0x20a0 && c <= 0x20cf)) return Sort::kSign;  // currencies
  if (c == 0xad || c == 0x34f || (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
      (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xfe00 && c <= 0xfe0f))
    return Sort::kInvisible;
  if (c == 0x2019 || c == 0x2bc) return Sort::kJoiner;
  if (c == 0x3002 || c == 0xff01 || c == 0xff1f || c == 0x61f || c == 0x964) return Sort::kEnd;
  const bool punctuation = (c >= 0xa0 && c <= 0xbf && c != 0xaa && c != 0xb5 && c != 0xba) ||
                           c == 0xd7 || c == 0xf7 || (c >= 0x2000 && c <= 0x206f) ||
                           (c >= 0x2190 && c <= 0x2bff) || (c >= 0x3000 && c <= 0x3004) ||
                           (c >= 0x3008 && c <= 0x301f) || (c >= 0xff00 && c <= 0xff0f) ||
                           c == 0xff1a || c == 0xff1b || c == 0xfffd || c >= 0x1f000;
  return punctuation ? Sort::kSpace : Sort::kLetter;
}

// Mathematical letters and the like are letters, though they lie among what is not.
bool is_styled_letter(char32_t c) {
  return (c >= 0x1d400 && c <= 0x1d7ff) || (c >= 0x1f130 && c <= 0x1f189) ||
         (c >= 0x24b6 && c <= 0x24e9);
}

// Cyrillic and Greek: the scripts whose letters pass for Latin ones.
bool is_other_script(char32_t c) { return c >= 0x370 && c <= 0x52f; }
bool is_latin(char32_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

class Folder {
 public:
  explicit Folder(const ConfusableMap& confusables) : confusables_(confusables) {}

  const std::string& fold(char32_t c) {
    const auto known = known_.find(c);
    if (known != known_.end()) return known->second;
    const std::u32string folded = parse::fold_as_in_domains(std::u32string_view(&c, 1));
    return known_.emplace(c, confusables_.ascii_lookalike(folded)).first->second;
  }

 private:
  const ConfusableMap& confusables_;
  std::map<char32_t, std::string> known_;
};

std::size_t utf8_length(char32_t c) { return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4; }

class Splitter {
 public:
  Splitter(std::string_view text, const ConfusableMap& confusables)
      : text_(text), folder_(confusables) {}

  TextWords run() {
    // Valid UTF-8 keeps its offsets when it is decoded; what is not becomes one sign a byte.
    std::size_t at = 0;
    while (at < text_.size()) {
      const std::string_view rest = text_.substr(at, 4);
      char32_t c = static_cast<unsigned char>(rest.front());
      std::size_t length = 1;
      if (c >= 0x80) {
        c = parse::decode_utf8_lossy(rest).front();
        length = c == parse::kReplacementCharacter ? 1 : utf8_length(c);
      }
      add(c, at, at + length);
      at += length;
    }
    end_word();
    return std::move(out_);
  }

 private:
  void add(char32_t c, std::size_t begin, std::size_t end) {
    const Sort sort = is_styled_letter(c) ? Sort::kLetter : sort_of(c);
    switch (sort) {
      case Sort::kLetter:
        letter(c, begin, end);
        break;
      case Sort::kInvisible:
        if (!word_.text.empty()) ++pending_invisible_;
        break;
      case Sort::kJoiner:
        break;
      case Sort::kSign:
        end_word();
        letter(c, begin, end);
        end_word();
        break;
      case Sort::kSpace:
      case Sort::kEnd:
        end_word();
        // A dot inside "3.50" or "paypal.com" ends no sentence, a line end after it does.
        sentence_ += sort == Sort::kEnd && c != '\n' ? 1 : 0;
        break;
    }
  }

  void letter(char32_t c, std::size_t begin, std::size_t end) {
    if (word_.text.empty()) word_.begin = begin;
    out_.invisible += pending_invisible_;
    pending_invisible_ = 0;
    latin_ |= is_latin(c);
    other_ |= is_other_script(c);
    if (c < 0x80) {
      word_.text += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : static_cast<char>(c);
    } else {
      word_.text += folder_.fold(c);
    }
    word_.end = end;
  }

  void end_word() {
    pending_invisible_ = 0;
    if (!word_.text.empty()) {
      word_.sentence = sentence_;
      word_.mixed_scripts = latin_ && other_;
      out_.words.push_back(std::move(word_));
    }
    word_ = {};
    latin_ = other_ = false;
  }

  std::string_view text_;
  Folder folder_;
  TextWords out_;
  TextWord word_;
  std::size_t sentence_ = 0;
  std::size_t pending_invisible_ = 0;
  bool latin_ = false;
  bool other_ = false;
};

}  // namespace

TextWords split_words(std::string_view text, const ConfusableMap& confusables) {
  return Splitter(text.substr(0, kMaxCueText), confusables).run();
}

}  // namespace bartizan::intel
