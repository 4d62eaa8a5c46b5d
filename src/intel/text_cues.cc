#include "intel/text_cues.h"

#include <algorithm>
#include <utility>

#include "rules/yaml.h"

namespace bartizan::intel {
namespace {

using rules::YamlMap;

constexpr int kMaxWeight = 100;
constexpr std::size_t kMinBeginning = 3;  // letters in front of "*"

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    if (end > 0) out.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

bool has_no_spaces(std::string_view language) {
  return language == "zh" || language == "ja" || language == "th";
}

// What a text holds between two places, without spaces: Chinese is written so.
std::string letters_of(const TextWords& text) {
  std::string out;
  for (const TextWord& word : text.words) out += word.text;
  return out;
}

}  // namespace

Result<TextCueSet> TextCueSet::load(std::string_view yaml, const std::string& file,
                                    const ConfusableMap& confusables) {
  BARTIZAN_ASSIGN(const rules::YamlNode root, rules::parse_yaml(yaml, file));
  YamlMap document(root, file);
  BARTIZAN_ASSIGN(const rules::YamlNode* cues, document.node("cues"));
  BARTIZAN_TRY(document.finish());
  if (!cues->is_map()) return rules::error_at(file, *cues, "'cues' must be a map");
  TextCueSet out;
  for (const rules::YamlEntry& entry : cues->entries) {
    YamlMap map(entry.value, file);
    TextCue cue{.id = entry.key};
    BARTIZAN_ASSIGN(cue.says, map.text("says"));
    BARTIZAN_ASSIGN(const std::int64_t weight, map.integer("weight", -kMaxWeight, kMaxWeight));
    cue.weight = static_cast<int>(weight);
    BARTIZAN_ASSIGN(const rules::YamlNode* phrases, map.node("phrases"));
    BARTIZAN_TRY(map.finish());
    if (!phrases->is_map()) return map.error("'phrases' must be a map of languages");
    const std::size_t index = out.cues_.size();
    out.cues_.push_back(std::move(cue));
    for (const rules::YamlEntry& language : phrases->entries) {
      for (const rules::YamlNode& phrase : language.value.items) {
        if (has_no_spaces(language.key)) {
          std::string letters = letters_of(split_words(phrase.text, confusables));
          if (letters.empty()) return rules::error_at(file, phrase, "a phrase without letters");
          out.fragments_.push_back({index, std::move(letters)});
          continue;
        }
        const Status added = out.add(phrase.text, index, confusables);
        if (!added.ok()) return rules::error_at(file, phrase, added.error().message);
      }
    }
  }
  return out;
}

Status TextCueSet::add(std::string_view text, std::size_t cue, const ConfusableMap& confusables) {
  Phrase phrase{.cue = cue};
  bool gap = false;
  for (const std::string_view item : split(text, ' ')) {
    if (item == "~") {
      gap = true;
      continue;
    }
    Element element{.gap_before = gap && !phrase.elements.empty()};
    gap = false;
    for (const std::string_view alternative : split(item, '|')) {
      const bool beginning = alternative.ends_with('*');
      const TextWords words =
          split_words(alternative.substr(0, alternative.size() - (beginning ? 1 : 0)), confusables);
      if (words.words.size() != 1)
        return Error{ErrorCode::kInvalid, "'" + std::string(alternative) + "' is not one word"};
      std::string word = words.words.front().text;
      if (beginning && word.size() < kMinBeginning)
        return Error{ErrorCode::kInvalid, "'" + std::string(alternative) + "' is too short"};
      (beginning ? element.beginnings : element.words).push_back(std::move(word));
    }
    phrase.elements.push_back(std::move(element));
  }
  if (phrase.elements.empty() || gap)
    return Error{ErrorCode::kInvalid, "a phrase begins and ends with words"};
  const std::size_t index = phrases_.size();
  for (const std::string& word : phrase.elements.front().words) by_word_.emplace(word, index);
  for (const std::string& word : phrase.elements.front().beginnings)
    by_beginning_.emplace(word, index);
  phrases_.push_back(std::move(phrase));
  return {};
}

bool TextCueSet::matches(const Element& element, const std::string& word) const {
  return std::find(element.words.begin(), element.words.end(), word) != element.words.end() ||
         std::any_of(element.beginnings.begin(), element.beginnings.end(),
                     [&](const std::string& beginning) { return word.starts_with(beginning); });
}

std::size_t TextCueSet::match(const Phrase& phrase, const std::vector<TextWord>& words,
                              std::size_t at) const {
  std::size_t next = at + 1;
  for (std::size_t i = 1; i < phrase.elements.size(); ++i) {
    const Element& element = phrase.elements[i];
    const std::size_t last = next + (element.gap_before ? kMaxGapWords : 0);
    std::size_t found = words.size();
    for (std::size_t j = next; j <= std::min(last, words.size() - 1) && next < words.size(); ++j) {
      if (words[j].sentence != words[at].sentence) break;
      if (!matches(element, words[j].text)) continue;
      found = j;
      break;
    }
    if (found == words.size()) return 0;
    next = found + 1;
  }
  return next;
}

void TextCueSet::find_fragments(const std::vector<TextWord>& words,
                                std::vector<CueMatch>& first) const {
  if (fragments_.empty()) return;
  std::string letters;
  std::vector<std::size_t> starts;  // of each word in `letters`
  for (const TextWord& word : words) {
    starts.push_back(letters.size());
    letters += word.text;
  }
  for (const Fragment& fragment : fragments_) {
    const std::size_t at = letters.find(fragment.letters);
    if (at == std::string::npos || first[fragment.cue].end != 0) continue;
    // Words of such languages are long: the highlight is the words that the phrase touches.
    const auto word_at = [&](std::size_t offset) {
      return static_cast<std::size_t>(std::upper_bound(starts.begin(), starts.end(), offset) -
                                      starts.begin()) -
             1;
    };
    first[fragment.cue] = {fragment.cue, words[word_at(at)].begin,
                           words[word_at(at + fragment.letters.size() - 1)].end};
  }
}

std::vector<CueMatch> TextCueSet::find(const TextWords& text) const {
  const std::vector<TextWord>& words = text.words;
  std::vector<CueMatch> first(cues_.size());
  const auto try_phrase = [&](std::size_t index, std::size_t at) {
    const Phrase& phrase = phrases_[index];
    if (first[phrase.cue].end != 0) return;
    const std::size_t behind = match(phrase, words, at);
    if (behind != 0) first[phrase.cue] = {phrase.cue, words[at].begin, words[behind - 1].end};
  };
  for (std::size_t at = 0; at < words.size(); ++at) {
    const std::string& word = words[at].text;
    for (auto [entry, end] = by_word_.equal_range(word); entry != end; ++entry)
      try_phrase(entry->second, at);
    for (std::size_t length = kMinBeginning; length <= std::min<std::size_t>(word.size(), 24);
         ++length) {
      const auto range = by_beginning_.equal_range(std::string_view(word).substr(0, length));
      for (auto entry = range.first; entry != range.second; ++entry) try_phrase(entry->second, at);
    }
  }
  find_fragments(words, first);
  std::vector<CueMatch> out;
  std::copy_if(first.begin(), first.end(), std::back_inserter(out),
               [](const CueMatch& match) { return match.end != 0; });
  return out;
}

}  // namespace bartizan::intel
