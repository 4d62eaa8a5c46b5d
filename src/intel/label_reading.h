// How the name of an app reads to a person, so that two names that look the same compare equal.
#pragma once

#include <string>
#include <string_view>

#include "intel/confusables.h"

namespace bartizan::intel {

struct LabelReading {
  // Lower case, without spaces, punctuation and pictures: "Whats App!" and "whatsapp" are one.
  std::string plain;
  // The same with letters and signs that look like those of ASCII made equal: "lnstagram" and
  // "Instagram" are one, and so are names in which a Latin letter was replaced by a Cyrillic one.
  std::string looks;
  bool invisible = false;  // it has characters that nobody sees
};

// `label`: UTF-8, or what parse::printable() made of it.
LabelReading read_label(std::string_view label, const ConfusableMap& confusables);

}  // namespace bartizan::intel
