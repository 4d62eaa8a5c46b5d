#include "detect/link/likeness.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <vector>

#include "detect/link/look.h"
#include "detect/link/lure_words.h"
#include "detect/link/slip.h"
#include "intel/domain_set.h"

namespace bartizan::detect {
namespace {

using intel::Brand;
using intel::BrandWord;
using intel::fold_lookalikes;
using intel::LetterSet;

constexpr std::size_t kMaxName = 253;

constexpr std::size_t kSlipLetters = 6;      // shorter names have too many honest neighbours
constexpr std::size_t kLongName = 8;         // longer ones have few
constexpr std::size_t kTwoSlipLetters = 11;  // and these may be slipped in twice

constexpr std::size_t kMostEdits = 2;

constexpr std::size_t kMostUnknown = 2;

// Whether `reading`, which has a sign of its own for what reads as no letter, passes for `word`.
bool reads_as(std::string_view reading, std::string_view word) {
  std::size_t unknown = 0;
  return reading.size() == word.size() &&
         std::equal(reading.begin(), reading.end(), word.begin(), [&](char is, char wanted) {
           unknown += is == kUnknownLetter;
           return is == wanted || (is == kUnknownLetter && unknown <= kMostUnknown);
         });
}

// Among letters of other scripts i and l are told apart by a dot at best.
std::string fold_foreign(std::string_view text) {
  std::string out = fold_lookalikes(text);
  std::replace(out.begin(), out.end(), 'i', 'l');
  return out;
}

std::optional<Likeness> homograph(const Look& look, const Brand& brand, const BrandWord& word) {
  for (const ForeignLabel& foreign : look.foreign) {
    const bool whole = fold_foreign(foreign.reading) == fold_foreign(word.text);
    if (whole || (word.text.size() >= 5 && has_token(foreign.reading, word.text))) {
      if (foreign.accented && brand.common_word) continue;  // a word of some language
      const int confidence = foreign.accented ? 60 : whole ? 95 : 85;
      return Likeness{LikenessKind::kHomograph, &brand, foreign.reading, 0, confidence};
    }
    if (word.text.size() >= kSlipLetters && reads_as(foreign.skeleton, word.skeleton))
      return Likeness{LikenessKind::kHomograph, &brand, foreign.reading, 0,
                      foreign.accented ? 60 : 80};
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

std::string_view top_of(std::string_view suffix) { return suffix.substr(suffix.rfind('.') + 1); }

// The suffixes under which companies hold their own names.
bool is_usual_suffix(std::string_view suffix) {
  static constexpr std::array<std::string_view, 10> kUsual{"com", "net", "org", "info",  "biz",
                                                           "app", "dev", "io",  "cloud", "design"};
  return std::find(kUsual.begin(), kUsual.end(), top_of(suffix)) != kUsual.end();
}

// A country's, but for those that were given away to anybody.
bool is_country_suffix(std::string_view suffix) {
  static constexpr std::array<std::string_view, 5> kGivenAway{"tk", "ml", "ga", "cf", "gq"};
  const std::string_view top = top_of(suffix);
  return top.size() == 2 && top != "io" &&
         std::find(kGivenAway.begin(), kGivenAway.end(), top) == kGivenAway.end();
}

// "com" of "paypal.com".
bool is_suffix_of(const Brand& brand, std::string_view text) {
  return std::any_of(brand.domains.begin(), brand.domains.end(), [&](const std::string& domain) {
    return std::string_view(domain).substr(domain.find('.') + 1) == text;
  });
}

// A slip changes the name that somebody types and not its suffix: a short name one slip away under
// a suffix that the brand has not, and that honest names have, is a name of its own.
bool has_own_suffix(const Look& look, const Brand& brand, const BrandWord& word) {
  return word.text.size() >= kLongName || is_suffix_of(brand, look.suffix) ||
         !(is_usual_suffix(look.suffix) || is_country_suffix(look.suffix));
}

// The whole label, at a hasty glance: "paypai", "rnicnosoft".
std::optional<Likeness> hasty_glance(const Look& look, const Brand& brand, const BrandWord& word) {
  if (brand.common_word || look.is_name || word.plain.size() < kSlipLetters ||
      look.skeleton != word.skeleton || look.plain == word.plain ||
      look.plain.size() > word.plain.size() + kMostEdits || !has_own_suffix(look, brand, word))
    return std::nullopt;
  return Likeness{LikenessKind::kSwappedSigns, &brand, look.label, 0, 75};
}

std::optional<Likeness> hyphenation(const Look& look, const Brand& brand, const BrandWord& word) {
  if (brand.common_word || look.is_name || word.plain.size() < kSlipLetters ||
      look.plain != word.plain)
    return std::nullopt;
  return Likeness{LikenessKind::kHyphenation, &brand, look.label, 0, 70};
}

LikenessKind kind_of(Slip slip) {
  switch (slip) {
    case Slip::kOmission:
      return LikenessKind::kOmission;
    case Slip::kRepetition:
      return LikenessKind::kRepetition;
    case Slip::kTransposition:
      return LikenessKind::kTransposition;
    case Slip::kKeyboardNeighbour:
      return LikenessKind::kKeyboardNeighbour;
    case Slip::kVowelSwap:
      return LikenessKind::kVowelSwap;
    case Slip::kBitFlip:
      return LikenessKind::kBitFlip;
    case Slip::kAddition:
      return LikenessKind::kAddition;
    case Slip::kPlural:
      return LikenessKind::kPlural;
    case Slip::kHyphenation:
      return LikenessKind::kHyphenation;
    case Slip::kReplacement:
    case Slip::kInsertion:
      return LikenessKind::kTypo;
  }
  return LikenessKind::kTypo;
}

// One slip, which a finger, an eye or a bit explains; in longer names any other, if they begin
// alike.
std::optional<Likeness> one_slip(const Look& look, const Brand& brand, const BrandWord& word) {
  if (brand.common_word || look.is_name || word.text.size() < kSlipLetters ||
      !word.letters.within_edits(look.letters, 2))
    return std::nullopt;
  const std::optional<Slip> slip = slip_between(look.label, word.text);
  if (!slip || !has_own_suffix(look, brand, word)) return std::nullopt;
  const bool explained = *slip != Slip::kReplacement && *slip != Slip::kInsertion;
  const bool alike = look.label.front() == word.text.front();
  if (!explained && (!alike || word.text.size() < kLongName)) return std::nullopt;
  return Likeness{kind_of(*slip), &brand, look.label, 1, alike ? 75 : 65};
}

std::optional<Likeness> two_slips(const Look& look, const Brand& brand, const BrandWord& word) {
  if (brand.common_word || look.is_name || word.text.size() < kTwoSlipLetters ||
      look.label.front() != word.text.front() ||
      !word.letters.within_edits(look.letters, kMostEdits) ||
      edit_distance(look.label, word.text, kMostEdits) != static_cast<int>(kMostEdits))
    return std::nullopt;
  return Likeness{LikenessKind::kTypo, &brand, look.label, static_cast<int>(kMostEdits), 65};
}

// "pay.pal.example": the dot makes another domain of its end.
std::optional<Likeness> missing_dot(const Look& look, const Brand& brand, const BrandWord& word) {
  if (brand.common_word || word.text.size() < kSlipLetters || look.joined != word.text ||
      look.label == word.text)
    return std::nullopt;
  return Likeness{LikenessKind::kMissingDot, &brand, look.dotted, 0, 70};
}

std::optional<Likeness> other_suffix(const Look& look, const Brand& brand,
                                     const std::string& word) {
  if (brand.common_word || brand.community || look.label != word || look.address.on_platform ||
      look.restricted || word.size() < 5)
    return std::nullopt;
  const std::string_view suffix = look.suffix;
  if (suffix.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-.") != std::string_view::npos)
    return std::nullopt;  // resolves nowhere
  if (is_usual_suffix(suffix)) return std::nullopt;
  const bool country = is_country_suffix(suffix);
  if (country && (brand.regional || word.size() < kSlipLetters)) return std::nullopt;
  return Likeness{LikenessKind::kOtherSuffix, &brand, look.address.owned_name, 0,
                  country ? 50 : 60};
}

// "paypal.com.evil.example", or "paypal.com-track.example", where a hyphen hides the end. `host` is
// without its public suffix: in "paypal.com.au" nothing stands in front of anything.
bool stands_in_front(std::string_view host, std::string_view domain) {
  for (std::size_t at = 0; at + domain.size() < host.size();) {  // where a label begins
    const char behind = host[at + domain.size()];
    if ((behind == '.' || behind == '-') && host[at] == domain.front() &&
        host.substr(at, domain.size()) == domain)
      return true;
    const std::size_t dot = host.find('.', at);
    if (dot == std::string_view::npos) break;
    at = dot + 1;
  }
  return false;
}

// "paypal.com" or "paypal-com" in front of a name that is not the brand's.
std::optional<Likeness> own_domain_in_front(const Look& look, const Brand& brand) {
  if (!look.may_hold_domain || !brand.common_letters.within(look.host_letters)) return std::nullopt;
  for (std::size_t i = 0; i < brand.domains.size(); ++i) {
    const std::string& domain = brand.domains[i];
    if (!brand.domain_letters[i].within(look.host_letters)) continue;
    if (domain.find('.') < 4) continue;  // "x.com": too little to mean somebody
    if (stands_in_front(look.chosen, domain))
      return Likeness{LikenessKind::kSubdomain, &brand, domain, 0, 90};
    const auto joined = [&](const std::string& label) {
      return has_token(label, brand.hyphened_domains[i]);
    };
    if (look.hyphened && std::any_of(look.plain_labels.begin(), look.plain_labels.end(), joined))
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

// "paypal-login", "paypal-87243".
std::optional<Likeness> beside_tokens(const Look& look, const Brand& brand) {
  const auto some = [&](const auto& holds) {
    return std::any_of(look.tokens.begin(), look.tokens.end(),
                       [&](const Token& token) { return holds(token.text); });
  };
  const bool strong = some([&](std::string_view token) {
    return is_strong_lure(token) || (!brand.common_word && is_serial_number(token));
  });
  const bool weak =
      !brand.common_word && !brand.community && !look.address.on_platform && some(is_weak_lure);
  if (strong || weak)
    return Likeness{LikenessKind::kCombination, &brand, look.label, 0, strong ? 75 : 60};
  return std::nullopt;
}

// "securepaypal", "paypallogin", "paypalcom".
std::optional<Likeness> grown_together(const Look& look, const Brand& brand,
                                       const std::string& word) {
  const std::size_t at = look.label.find(word);
  if (at == std::string::npos) return std::nullopt;
  const std::string_view before = std::string_view(look.label).substr(0, at);
  const std::string_view after = std::string_view(look.label).substr(at + word.size());
  if (ends_with_lure(before) || begins_with_lure(after))
    return Likeness{LikenessKind::kCombination, &brand, look.label, 0, 70};
  const bool alone = before.empty() != after.empty();
  const std::string_view rest = before.empty() ? after : before;
  const bool lures = !brand.community && (is_strong_lure(rest) || is_weak_lure(rest));
  if (alone && word.size() >= kSlipLetters && !look.address.on_platform &&
      (lures || is_suffix_of(brand, rest)))
    return Likeness{LikenessKind::kCombination, &brand, look.label, 0, 60};
  return std::nullopt;
}

std::optional<Likeness> combination(const Look& look, const Brand& brand, const std::string& word) {
  if (look.label.size() <= word.size()) return std::nullopt;
  if (has_token(look.label, word)) return beside_tokens(look, brand);
  if (brand.common_word || word.size() < 5) return std::nullopt;
  return grown_together(look, brand, word);
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

// "evil.example/www.paypal.com/": a whole segment of the path is a brand's domain.
std::optional<Likeness> domain_in_path(const LinkAddress& address, const intel::Content& content) {
  std::string_view rest = address.url.path;
  while (!rest.empty()) {
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    std::string_view segment = rest.substr(0, slash);
    rest.remove_prefix(std::min(slash + 1, rest.size()));
    if (segment.starts_with("www.")) segment.remove_prefix(4);
    const std::size_t dot = segment.find('.');
    if (dot == std::string_view::npos || dot < 4) continue;
    const Brand* owner = content.brands().owner_of(segment);
    if (owner != nullptr && !owner->delivery_network)
      return Likeness{LikenessKind::kPath, owner, std::string(segment), 0, 50};
  }
  return std::nullopt;
}

void keep_stronger(std::optional<Likeness>& best, std::optional<Likeness> other) {
  if (other && (!best || other->confidence > best->confidence)) best = std::move(other);
}

// Whether the owned label, which anybody may register, is of a length with the word but for two
// slips.
bool is_near(const Look& look, const BrandWord& word) {
  return !look.restricted && !look.is_name && look.plain.size() + kMostEdits >= word.plain.size() &&
         look.plain.size() <= word.plain.size() + kMostEdits;
}

// Rules out most brands by their letters and lengths alone.
class Sieve {
 public:
  Sieve(const Look& look, const intel::BrandSet& brands)
      : letters_(look.letters),
        all_(!look.foreign.empty()),
        several_tokens_(look.tokens.size() > 1),
        near_(!look.restricted && !look.is_name),
        any_letters_(brands.has_skeleton(look.skeleton)),
        size_(look.plain.size()),
        known_(look.host_letters | look.folded_letters),
        label_(look.letters | look.folded_letters) {}

  bool lets_through(const intel::BrandKey& key) const {
    if (all_ || key.common_letters.within(known_)) return true;  // some check may find it as it is
    const bool may_be_near =
        near_ && size_ + kMostEdits >= key.shortest && size_ <= key.longest + kMostEdits;
    if (!several_tokens_ && !may_be_near) return false;
    const bool all_of_host = several_tokens_ || any_letters_;
    return key.common_letters.misses_at_most(kMostEdits, all_of_host ? known_ : label_);
  }

  // Of a word near in length: what the checks for slips need at least.
  bool may_be_slip(const BrandWord& word) const {
    return any_letters_ || word.letters.within_edits(letters_, kMostEdits);
  }

 private:
  LetterSet letters_;    // of the label, as written
  bool all_;             // letters of other scripts: anything may be meant
  bool several_tokens_;  // one of them may be a slip
  bool near_;            // the label may be a slip
  bool any_letters_;     // the label is at a hasty glance some brand's word
  std::size_t size_;
  LetterSet known_;
  LetterSet label_;
};

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
  std::optional<Likeness> best;
  const Sieve sieve(look, content.brands());
  const Brand* platform = content.brands().owner_of(address.registrable_domain);
  const std::vector<Brand>& brands = content.brands().brands();
  const std::vector<intel::BrandKey>& keys = content.brands().keys();
  for (std::size_t i = 0; i < brands.size(); ++i) {
    if (!sieve.lets_through(keys[i])) continue;
    const Brand& brand = brands[i];
    if (&brand == platform) continue;  // it answers itself for the names below its platform
    keep_stronger(best, own_domain_in_front(look, brand));
    for (const BrandWord& word : brand.words) {
      if (look.suffix.size() == word.text.size() && look.suffix == word.text)
        continue;  // a brand's own top-level domain
      if (!look.foreign.empty()) keep_stronger(best, homograph(look, brand, word));
      if (word.folded_letters.within(look.folded_letters))
        keep_stronger(best, swapped_signs(look, brand, word));
      if (is_near(look, word) && sieve.may_be_slip(word)) {
        for (const auto check : {hasty_glance, hyphenation, one_slip, two_slips})
          keep_stronger(best, check(look, brand, word));
      }
      if (look.joined.size() == word.text.size())
        keep_stronger(best, missing_dot(look, brand, word));
      if (word.letters.within(look.host_letters)) {  // these look for the word as it is
        for (const auto check : {other_suffix, name_in_front, combination})
          keep_stronger(best, check(look, brand, word.text));
      }
      if (look.tokens.size() > 1) keep_stronger(best, typo_in_combination(look, brand, word));
    }
  }
  keep_stronger(best, domain_in_path(address, content));
  return best;
}

}  // namespace bartizan::detect
