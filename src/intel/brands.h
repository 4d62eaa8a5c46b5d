// Names that attackers imitate, and the addresses that are really theirs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/text_hash.h"

namespace bartizan::intel {

// Which of the letters and digits of ASCII stand in a text. What stands in another text can only
// be a part of it, or a few edits away, when the letters allow it; most brands are ruled out so.
class LetterSet {
 public:
  LetterSet() = default;
  explicit LetterSet(std::string_view text);
  LetterSet operator&(LetterSet other) const;
  LetterSet operator|(LetterSet other) const;
  // No more than `most` of them are not in `other`.
  bool misses_at_most(std::size_t most, LetterSet other) const {
    for (std::uint64_t left = bits_ & ~other.bits_; left != 0; left &= left - 1)
      if (most-- == 0) return false;
    return true;
  }
  bool within(LetterSet other) const { return (bits_ & ~other.bits_) == 0; }
  // False: so many insertions, deletions and replacements cannot turn one text into the other.
  bool within_edits(LetterSet other, std::size_t edits) const {
    return misses_at_most(edits, other) && other.misses_at_most(edits, *this);
  }

 private:
  std::uint64_t bits_ = 0;
};

// `text` with signs that look alike in ASCII made equal: 0 and o, 1 and l, 5 and s, "rn" and m,
// "vv" and w.
std::string fold_lookalikes(std::string_view text);

// Coarser: what a hasty eye takes for the same, as c and e, i and l, n and r, "nn" and m, "cl" and
// d, and without hyphens. Equal for every text that letters of `text` were so swapped in.
std::string visual_skeleton(std::string_view text);

struct BrandWord {
  explicit BrandWord(std::string_view word);
  std::string text;
  std::string folded;    // its look-alikes made equal
  std::string plain;     // without hyphens
  std::string skeleton;  // visual_skeleton
  LetterSet letters;
  LetterSet folded_letters;
};

struct Brand {
  LetterSet common_letters;  // of every domain and word, however spelt; made when loading
  std::string name;          // for people: "PayPal"
  // Registrable domains it owns, lower-case; the first is its home.
  std::vector<std::string> domains;
  std::vector<std::string> hyphened_domains;  // the same with "-" for ".", made when loading
  std::vector<LetterSet> domain_letters;      // of each, made when loading
  // How addresses spell it: "paypal". Lower-case letters, digits and "-".
  std::vector<BrandWord> words;
  // The word means other things too, or others bear it: slips do not count, nor does the word
  // beside an ordinary business word.
  bool common_word = false;
  // It holds its name under the suffixes of most countries, so that one more is nothing new: as
  // the file says, or because three are among its domains.
  bool regional = false;
  // Others carry its name beside theirs, as tools for it and sites of its users do: beside a word
  // that does not lure it says nothing.
  bool community = false;
  // Names below its domains are those of its customers' sites, as "www.brand.com.network.net".
  bool delivery_network = false;
};

// What rules a brand out without looking at it: one entry a brand, in their order.
struct BrandKey {
  LetterSet common_letters;
  std::uint8_t shortest = 0;  // of its words, without hyphens
  std::uint8_t longest = 0;
};

class BrandSet {
 public:
  BrandSet() = default;
  // YAML: a list of {name, domains, words?, common_word?, regional?, community?,
  // delivery_network?}. `words` defaults to
  // the first label of the home domain. Errors read "file:line: message".
  static Result<BrandSet> load(std::string_view yaml, const std::string& file);

  const std::vector<Brand>& brands() const { return brands_; }
  // The brand that owns `registrable_domain`, or null.
  const Brand* owner_of(std::string_view registrable_domain) const;
  bool is_word(std::string_view label) const { return words_.find(label) != words_.end(); }
  const std::vector<BrandKey>& keys() const { return keys_; }
  // Whether `label`, up to its first hyphen, stands behind the first dot of some brand's domain as
  // "com" does: no other label can go on with one.
  bool continues_domain(std::string_view label) const {
    return domain_tails_.find(label.substr(0, label.find('-'))) != domain_tails_.end();
  }
  // Whether some word has that very skeleton.
  bool has_skeleton(std::string_view skeleton) const {
    return skeletons_.find(skeleton) != skeletons_.end();
  }

 private:
  std::vector<BrandKey> keys_;
  TextSet skeletons_;
  TextSet domain_tails_;
  TextSet words_;  // of all brands
  std::vector<Brand> brands_;
  TextMap<std::size_t> owner_by_domain_;
};

}  // namespace bartizan::intel
