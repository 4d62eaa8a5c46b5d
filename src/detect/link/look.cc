#include "detect/link/look.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "detect/link/lure_words.h"
#include "intel/confusables.h"
#include "intel/domain_set.h"
#include "parse/domain/idna.h"
#include "parse/domain/utf8.h"

namespace bartizan::detect {
namespace {

using intel::fold_lookalikes;
using intel::LetterSet;

std::vector<std::string_view> tokens_of(std::string_view label) {
  std::vector<std::string_view> tokens;
  while (!label.empty()) {
    const std::size_t hyphen = label.find('-');
    if (hyphen != 0) tokens.push_back(label.substr(0, hyphen));
    label.remove_prefix(hyphen == std::string_view::npos ? label.size() : hyphen + 1);
  }
  return tokens;
}

// "trezor--io" as "trezor-io".
std::string with_single_hyphens(std::string_view label) {
  std::string out;
  for (const char c : label) {
    if (c != '-' || out.empty() || out.back() != '-') out += c;
  }
  return out;
}

std::string_view suffix_of(const LinkAddress& address) {
  const std::string_view name = address.owned_name;
  const std::size_t dot = name.find('.');
  return dot == std::string_view::npos ? std::string_view{} : name.substr(dot + 1);
}

// Small letters of other scripts that look like Latin small or capital letters, which the
// confusables of UTS 39 do not have: the shapes of a label are read in capitals too.
char latin_shape(char32_t letter) {
  struct Shape {
    char32_t letter;
    char latin;
  };
  static constexpr std::array<Shape, 12> kShapes{{{U'\u0432', 'b'},
                                                  {U'\u0433', 'r'},
                                                  {U'\u043a', 'k'},
                                                  {U'\u043c', 'm'},
                                                  {U'\u043d', 'h'},
                                                  {U'\u0442', 't'},
                                                  {U'\u044c', 'b'},
                                                  {U'\u0475', 'v'},
                                                  {U'\u050d', 'g'},
                                                  {U'\u03ba', 'k'},
                                                  {U'\u03c4', 't'},
                                                  {U'\u03bd', 'v'}}};
  const auto shape = std::find_if(kShapes.begin(), kShapes.end(),
                                  [letter](const Shape& one) { return one.letter == letter; });
  return shape == kShapes.end() ? kUnknownLetter : shape->latin;
}

bool is_latin(char32_t letter) {
  return letter < 0x80 || (letter >= 0xC0 && letter < 0x250) ||
         (letter >= 0x1E00 && letter < 0x1F00);
}

// UTF-8 in ASCII, with kUnknownLetter for each letter that looks like none.
std::string in_latin_shapes(std::string_view text) {
  std::string out;
  for (const char32_t letter : parse::decode_utf8_lossy(text))
    out += letter < 0x80 ? static_cast<char>(letter) : latin_shape(letter);
  return out;
}

// Under these nobody registers a name to imitate: states, schools and armies give them out.
bool is_restricted_suffix(std::string_view suffix) {
  static constexpr std::array<std::string_view, 6> kRestricted{"gov", "edu", "mil",
                                                               "int", "ac",  "gouv"};
  const std::string_view kind = suffix.substr(0, suffix.find('.'));
  return suffix != "ac" &&
         std::find(kRestricted.begin(), kRestricted.end(), kind) != kRestricted.end();
}

void read_labels(Look& look, const intel::Content& content) {
  std::vector<std::string> labels = look.address.subdomains;
  labels.push_back(look.address.owned_label);
  for (const std::string& label : labels) {
    if (label.size() > kMaxLabel) continue;
    look.plain_labels.push_back(with_single_hyphens(label));
    look.hyphened |= label.find('-') != std::string::npos;
    look.may_hold_domain |= look.hyphened || content.brands().continues_domain(label);
    if (label != "www" || &label != &labels.front()) {
      look.dotted += (look.dotted.empty() ? "" : ".") + label;
      look.joined += label;
    }
    for (const std::string_view token : tokens_of(label)) look.lured |= is_strong_lure(token);
    if (!label.starts_with("xn--")) continue;
    const std::u32string unicode = parse::domain_to_unicode(label);
    std::string reading = content.confusables().ascii_lookalike(unicode);
    std::string skeleton = intel::visual_skeleton(in_latin_shapes(reading));
    const bool accented = std::all_of(unicode.begin(), unicode.end(), is_latin);
    look.foreign.push_back({std::move(reading), std::move(skeleton), accented});
  }
}

}  // namespace

bool has_token(std::string_view label, std::string_view word) {
  for (std::size_t at = label.find(word); at != std::string_view::npos;
       at = label.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || label[at - 1] == '-') && (end == label.size() || label[end] == '-'))
      return true;
  }
  return false;
}

Look look_at(const LinkAddress& address, const intel::Content& content) {
  Look look{.address = address, .label = address.owned_label};
  look.is_name =
      content.brands().is_word(look.label) || content.popular_domains().is_name(look.label);
  look.folded = fold_lookalikes(look.label);
  std::remove_copy(look.label.begin(), look.label.end(), std::back_inserter(look.plain), '-');
  look.skeleton = intel::visual_skeleton(look.label);
  for (const std::string_view token : tokens_of(look.label))
    look.tokens.push_back({std::string(token), fold_lookalikes(token), LetterSet(token)});
  look.letters = LetterSet(look.label);
  look.folded_letters = LetterSet(look.folded);
  look.host_letters = LetterSet(address.url.host);
  look.suffix = suffix_of(address);
  look.restricted = is_restricted_suffix(look.suffix);
  look.chosen = std::string_view(address.url.host);
  look.chosen.remove_suffix(look.suffix.size());
  read_labels(look, content);
  return look;
}

}  // namespace bartizan::detect
