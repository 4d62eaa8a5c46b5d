// What the wording of a message says about its intent, with the places that say it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "intel/content.h"
#include "intel/text_cues.h"

namespace bartizan::detect {

struct FoundCue {
  const intel::TextCue* cue = nullptr;  // the content's
  std::size_t begin = 0;                // bytes of the text
  std::size_t end = 0;
};

struct TextReading {
  std::vector<FoundCue> cues;
  int weight = 0;                      // of all cues together, never below 0
  std::size_t mixed_script_words = 0;  // Latin letters beside look-alikes of other scripts
  std::size_t invisible_in_words = 0;  // characters nobody sees, between letters
  std::vector<intel::TextWord> words;
};

// `kind`: whose cues, "mail" for content/cues/mail.yaml.
TextReading read_text(std::string_view text, std::string_view kind, const intel::Content& content);

}  // namespace bartizan::detect
