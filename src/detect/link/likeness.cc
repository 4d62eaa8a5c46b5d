#include "detect/link/likeness.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <vector>

#include "detect/link/lure_words.h"
#include "intel/confusables.h"
#include "intel/domain_set.h"
#include "parse/domain/idna.h"

namespace bartizan::detect {
namespace {

using intel::Brand;
using intel::BrandWord;
using intel::fold_lookalikes;
using intel::LetterSet;

constexpr std::size_t kMaxLabel = 63;  // bytes, of DNS; a longer name resolves nowhere
constexpr std::size_t kMaxName = 253;

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

// Whether `word` stands in `label` between hyphens or its ends.
bool has_token(std::string_view label, std::string_view word) {
  for (std::size_t at = label.find(word); at != std::string_view::npos;
       at = label.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || label[at - 1] == '-') && (end == label.size() || label[end] == '-'))
      return true;
  }
  return false;
}

std::string_view suffix_of(const LinkAddress& address) {
  const std::string_view name = address.owned_name;
  const std::size_t dot = name.find('.');
  return dot == std::string_view::npos ? std::string_view{} : name.substr(dot + 1);
}

struct Token {
  std::string text;
  std::string folded;
  LetterSet letters;
};

// What the checks below share about one address, computed once.
struct Look {
  const LinkAddress& address;
  // The owned label, its look-alike signs made equal, and its parts between hyphens.
  std::string label;
  std::string folded;
  std::vector<Token> tokens;
  LetterSet letters;
  LetterSet folded_letters;
  LetterSet host_letters;
  std::vector<std::string> plain_labels;        // all, runs of hyphens made one
  std::vector<std::string> foreign_lookalikes;  // of labels with other letters: how they read
  bool lured = false;                           // some token of the host is a strong lure
  bool is_brand_name = false;  // the label is a brand's very name: no slip of another's
};

Look look_at(const LinkAddress& address, const intel::Content& content) {
  Look look{.address = address, .label = address.owned_label};
  look.is_brand_name = content.brands().is_word(look.label);
  look.folded = fold_lookalikes(look.label);
  for (const std::string_view token : tokens_of(look.label))
    look.tokens.push_back({std::string(token), fold_lookalikes(token), LetterSet(token)});
  look.letters = LetterSet(look.label);
  look.folded_letters = LetterSet(look.folded);
  look.host_letters = LetterSet(address.url.host);
  std::vector<std::string> labels = address.subdomains;
  labels.push_back(address.owned_label);
  for (const std::string& label : labels) {
    if (label.size() > kMaxLabel) continue;
    look.plain_labels.push_back(with_single_hyphens(label));
    for (const std::string_view token : tokens_of(label)) look.lured |= is_strong_lure(token);
    if (!label.starts_with("xn--")) continue;
    const std::u32string unicode = parse::domain_to_unicode(label);
    look.foreign_lookalikes.push_back(content.confusables().ascii_lookalike(unicode));
  }
  return look;
}

// Among letters of other scripts i and l are told apart by a dot at best.
std::string fold_foreign(std::string_view text) {
  std::string out = fold_lookalikes(text);
  std::replace(out.begin(), out.end(), 'i', 'l');
  return out;
}

std::optional<Likeness> homograph(const Look& look, const Brand& brand, const std::string& word) {
  for (const std::string& reading : look.foreign_lookalikes) {
    const bool whole = fold_foreign(reading) == fold_foreign(word);
    if (whole || (word.size() >= 5 && has_token(reading, word)))
      return Likeness{LikenessKind::kHomograph, &brand, reading, 0, whole ? 95 : 85};
  }
  return std::nullopt;
}

// Signs in place of letters: as the whole label, or as one of its tokens.
std::optional<Likeness> swapped_signs(const Look& look, const Brand& brand, const BrandWord& word) {
  if (word.text.size() < 5 || !word.folded_letters.within(look.folded_letters)) return std::nullopt;
  if (look.label != word.text && look.folded == word.folded)
    return Likeness{LikenessKind::kSwappedSigns, &brand, look.label, 0, 85};
  for (const Token& token : look.tokens) {
    if (token.text != word.text && token.folded == word.folded)
      return Likeness{LikenessKind::kSwappedSigns, &brand, token.text, 0, 80};
  }
  return std::nullopt;
}

constexpr std::size_t kMostEdits = 2;

// How many edits still look like `word`: short names have too many honest neighbours.
int edits_allowed(const Brand& brand, const std::string& word) {
  if (brand.common_word || word.size() < 6) return 0;
  return word.size() < 11 ? 1 : static_cast<int>(kMostEdits);
}

std::optional<Likeness> typo(const Look& look, const Brand& brand, const BrandWord& brand_word) {
  const std::string& word = brand_word.text;
  const int limit = edits_allowed(brand, word);
  const std::string& label = look.label;
  if (limit == 0 || look.is_brand_name || label.size() < 5) return std::nullopt;
  if (!brand_word.letters.within_edits(look.letters, static_cast<std::size_t>(limit)))
    return std::nullopt;
  const int distance = edit_distance(label, word, limit);
  if (distance > limit) return std::nullopt;
  // A changed first letter makes another word more often than a slip of the finger.
  if (label.front() != word.front() && (distance > 1 || word.size() < 8)) return std::nullopt;
  return Likeness{LikenessKind::kTypo, &brand, label, distance, distance == 1 ? 75 : 65};
}

// The suffixes under which companies hold their own names, and those of countries, say nothing.
bool is_unremarkable_suffix(std::string_view suffix) {
  static constexpr std::array<std::string_view, 8> kUsual{"com", "net", "org", "info",
                                                          "biz", "app", "dev", "io"};
  static constexpr std::array<std::string_view, 5> kGivenAway{"tk", "ml", "ga", "cf", "gq"};
  const std::string_view top = suffix.substr(suffix.rfind('.') + 1);
  if (std::find(kUsual.begin(), kUsual.end(), top) != kUsual.end()) return true;
  return top.size() == 2 &&
         std::find(kGivenAway.begin(), kGivenAway.end(), top) == kGivenAway.end();
}

std::optional<Likeness> other_suffix(const Look& look, const Brand& brand,
                                     const std::string& word) {
  if (brand.common_word || look.label != word || look.address.on_platform || word.size() < 5)
    return std::nullopt;
  if (is_unremarkable_suffix(suffix_of(look.address))) return std::nullopt;
  return Likeness{LikenessKind::kOtherSuffix, &brand, look.address.owned_name, 0, 60};
}

// "paypal.com.evil.example", or "paypal.com-track.example", where a hyphen hides the end. `host` is
// without its public suffix: in "paypal.com.au" nothing stands in front of anything.
bool stands_in_front(std::string_view host, std::string_view domain) {
  for (std::size_t at = host.find(domain); at != std::string_view::npos;
       at = host.find(domain, at + 1)) {
    const std::size_t end = at + domain.size();
    if ((at == 0 || host[at - 1] == '.') && end < host.size() &&
        (host[end] == '.' || host[end] == '-'))
      return true;
  }
  return false;
}

// "paypal.com" or "paypal-com" in front of a name that is not the brand's.
std::optional<Likeness> own_domain_in_front(const Look& look, const Brand& brand) {
  const std::string_view host = look.address.url.host;
  const std::string_view chosen = host.substr(0, host.size() - suffix_of(look.address).size());
  for (std::size_t i = 0; i < brand.domains.size(); ++i) {
    const std::string& domain = brand.domains[i];
    if (!brand.domain_letters[i].within(look.host_letters)) continue;
    if (domain.find('.') < 4) continue;  // "x.com": too little to mean somebody
    if (stands_in_front(chosen, domain))
      return Likeness{LikenessKind::kSubdomain, &brand, domain, 0, 90};
    const auto joined = [&](const std::string& label) {
      return has_token(label, brand.hyphened_domains[i]);
    };
    if (std::any_of(look.plain_labels.begin(), look.plain_labels.end(), joined))
      return Likeness{LikenessKind::kSubdomain, &brand, domain, 0, 80};
  }
  return std::nullopt;
}

std::optional<Likeness> name_in_front(const Look& look, const Brand& brand,
                                      const std::string& word) {
  if (!look.lured || brand.common_word || word.size() < 4) return std::nullopt;
  for (const std::string& label : look.address.subdomains) {
    if (has_token(label, word)) return Likeness{LikenessKind::kSubdomain, &brand, label, 0, 75};
  }
  return std::nullopt;
}

bool is_serial_number(std::string_view token) {
  return token.size() >= 5 && token.find_first_not_of("0123456789") == std::string_view::npos;
}

// "paypal-login", "securepaypal", "paypal-87243".
std::optional<Likeness> combination(const Look& look, const Brand& brand, const std::string& word) {
  const std::string& label = look.label;
  if (label.size() <= word.size()) return std::nullopt;
  if (has_token(label, word)) {
    const auto some = [&](const auto& holds) {
      return std::any_of(look.tokens.begin(), look.tokens.end(),
                         [&](const Token& token) { return holds(token.text); });
    };
    const bool strong = some([&](std::string_view token) {
      return is_strong_lure(token) || (!brand.common_word && is_serial_number(token));
    });
    const bool weak = some(is_weak_lure);
    if (strong || (weak && !brand.common_word && !look.address.on_platform))
      return Likeness{LikenessKind::kCombination, &brand, label, 0, strong ? 75 : 60};
    return std::nullopt;
  }
  if (brand.common_word || word.size() < 5) return std::nullopt;
  const std::size_t at = label.find(word);
  if (at == std::string::npos) return std::nullopt;
  const std::string_view before = std::string_view(label).substr(0, at);
  const std::string_view after = std::string_view(label).substr(at + word.size());
  if (ends_with_lure(before) || begins_with_lure(after))
    return Likeness{LikenessKind::kCombination, &brand, label, 0, 70};
  return std::nullopt;
}

// A slip beside other words, which whoever slips while typing does not add: "facebookk-mobile".
std::optional<Likeness> typo_in_combination(const Look& look, const Brand& brand,
                                            const BrandWord& word) {
  if (brand.common_word || word.text.size() < 8 || look.tokens.size() < 2) return std::nullopt;
  for (const Token& token : look.tokens) {
    if (token.text.front() == word.text.front() && token.text != word.text &&
        word.letters.within_edits(token.letters, 1) && edit_distance(token.text, word.text, 1) == 1)
      return Likeness{LikenessKind::kTypo, &brand, token.text, 1, 70};
  }
  return std::nullopt;
}

void keep_stronger(std::optional<Likeness>& best, std::optional<Likeness> other) {
  if (other && (!best || other->confidence > best->confidence)) best = std::move(other);
}

bool is_above_suspicion(const LinkAddress& address, const intel::Content& content) {
  if (address.owned_name.empty() || address.owned_label.size() > kMaxLabel ||
      address.url.host.size() > kMaxName)
    return true;
  if (content.brands().owner_of(address.owned_name) != nullptr) return true;
  const Brand* host = content.brands().owner_of(address.registrable_domain);
  if (host != nullptr && host->delivery_network) return true;
  return content.popular_domains().contains(address.owned_name);
}

}  // namespace

int edit_distance(std::string_view a, std::string_view b, int limit) {
  const auto rows = static_cast<int>(a.size());
  const auto columns = static_cast<int>(b.size());
  if (rows > static_cast<int>(kMaxLabel) || columns > static_cast<int>(kMaxLabel) ||
      std::abs(rows - columns) > limit)
    return limit + 1;
  std::array<int, kMaxLabel + 1> two_ago{};
  std::array<int, kMaxLabel + 1> last{};
  std::array<int, kMaxLabel + 1> now{};
  for (int j = 0; j <= columns; ++j) last[j] = j;
  for (int i = 1; i <= rows; ++i) {
    now[0] = i;
    int least = i;
    for (int j = 1; j <= columns; ++j) {
      const bool same = a[i - 1] == b[j - 1];
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        now[j] = std::min(now[j], two_ago[j - 2] + 1);
      least = std::min(least, now[j]);
    }
    if (least > limit) return limit + 1;
    two_ago = last;
    last = now;
  }
  return std::min(last[columns], limit + 1);
}

std::optional<Likeness> find_likeness(const LinkAddress& address, const intel::Content& content) {
  if (is_above_suspicion(address, content)) return std::nullopt;
  const Look look = look_at(address, content);
  const std::string_view suffix = suffix_of(address);
  std::optional<Likeness> best;
  const LetterSet known = look.host_letters | look.folded_letters;
  const Brand* platform = content.brands().owner_of(address.registrable_domain);
  for (const Brand& brand : content.brands().brands()) {
    if (&brand == platform) continue;  // it answers itself for the names below its platform
    if (look.foreign_lookalikes.empty() && brand.common_letters.missing_in(known) > kMostEdits)
      continue;
    keep_stronger(best, own_domain_in_front(look, brand));
    for (const BrandWord& word : brand.words) {
      if (suffix == word.text) continue;  // a brand's own top-level domain
      keep_stronger(best, homograph(look, brand, word.text));
      keep_stronger(best, swapped_signs(look, brand, word));
      keep_stronger(best, typo(look, brand, word));
      if (word.letters.within(look.host_letters)) {  // these look for the word as it is
        keep_stronger(best, other_suffix(look, brand, word.text));
        keep_stronger(best, name_in_front(look, brand, word.text));
        keep_stronger(best, combination(look, brand, word.text));
      }
      keep_stronger(best, typo_in_combination(look, brand, word));
    }
  }
  return best;
}

}  // namespace bartizan::detect
