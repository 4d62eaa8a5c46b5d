#include "detect/link/text_cues.h"

#include <algorithm>
#include <utility>

namespace bartizan::detect {

TextReading read_text(std::string_view text, std::string_view kind, const intel::Content& content) {
  const intel::TextCueSet& set = content.text_cues(kind);
  intel::TextWords split = intel::split_words(text, content.confusables());
  TextReading out{.invisible_in_words = split.invisible};
  for (const intel::CueMatch& match : set.find(split)) {
    const intel::TextCue& cue = set.cues()[match.cue];
    out.cues.push_back({.cue = &cue, .begin = match.begin, .end = match.end});
    out.weight += cue.weight;
  }
  out.weight = std::max(out.weight, 0);
  out.mixed_script_words = static_cast<std::size_t>(
      std::count_if(split.words.begin(), split.words.end(),
                    [](const intel::TextWord& word) { return word.mixed_scripts; }));
  out.words = std::move(split.words);
  return out;
}

}  // namespace bartizan::detect
