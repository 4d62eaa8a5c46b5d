#include "intel/brands.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "rules/yaml.h"

namespace bartizan::intel {
namespace {

Status check_names(const std::vector<std::string>& names, std::string_view allowed,
                   const rules::YamlMap& map) {
  for (const std::string& name : names) {
    if (name.find_first_not_of(allowed) != std::string::npos)
      return map.error("'" + name + "' is not a lower-case name");
  }
  return {};
}

// Absent is false.
Result<bool> read_flag(rules::YamlMap& map, std::string_view key) {
  if (!map.has(key)) return false;
  BARTIZAN_ASSIGN(const rules::YamlNode* node, map.node(key));
  if (const auto value = node->as_boolean()) return *value;
  return rules::error_at(map.file(), *node, "true or false is wanted");
}

// Under so many countries' suffixes a name is held by who is at home in most of them.
constexpr int kRegionalNames = 3;

int own_country_names(const Brand& brand) {
  return static_cast<int>(
      std::count_if(brand.domains.begin(), brand.domains.end(), [&](const std::string& domain) {
        const std::string_view label = std::string_view(domain).substr(0, domain.find('.'));
        return domain.size() - domain.rfind('.') == 3 &&
               std::any_of(brand.words.begin(), brand.words.end(),
                           [&](const BrandWord& word) { return word.text == label; });
      }));
}

Result<Brand> read_brand(const rules::YamlNode& node, const std::string& file) {
  static constexpr std::string_view kLabel = "abcdefghijklmnopqrstuvwxyz0123456789-";
  static constexpr std::string_view kDomain = "abcdefghijklmnopqrstuvwxyz0123456789-.";
  rules::YamlMap map(node, file);
  Brand brand;
  BARTIZAN_ASSIGN(brand.name, map.text("name"));
  BARTIZAN_ASSIGN(brand.domains, map.texts("domains"));
  BARTIZAN_TRY(check_names(brand.domains, kDomain, map));
  for (std::string domain : brand.domains) {
    std::replace(domain.begin(), domain.end(), '.', '-');
    brand.hyphened_domains.push_back(std::move(domain));
  }
  for (const std::string& domain : brand.domains) brand.domain_letters.emplace_back(domain);
  BARTIZAN_ASSIGN(std::vector<std::string> words, map.texts_or_none("words"));
  BARTIZAN_TRY(check_names(words, kLabel, map));
  if (words.empty()) words = {brand.domains.front().substr(0, brand.domains.front().find('.'))};
  for (const std::string& word : words) brand.words.emplace_back(word);
  brand.common_letters = brand.words.front().letters;
  for (const BrandWord& word : brand.words)
    brand.common_letters = brand.common_letters & word.letters & word.folded_letters;
  for (const LetterSet letters : brand.domain_letters)
    brand.common_letters = brand.common_letters & letters;
  BARTIZAN_ASSIGN(brand.common_word, read_flag(map, "common_word"));
  BARTIZAN_ASSIGN(brand.regional, read_flag(map, "regional"));
  brand.regional |= own_country_names(brand) >= kRegionalNames;
  BARTIZAN_ASSIGN(brand.community, read_flag(map, "community"));
  BARTIZAN_ASSIGN(brand.delivery_network, read_flag(map, "delivery_network"));
  BARTIZAN_TRY(map.finish());
  return brand;
}

}  // namespace

LetterSet::LetterSet(std::string_view text) {
  for (const char c : text) {
    if (c >= 'a' && c <= 'z') bits_ |= std::uint64_t{1} << (c - 'a');
    if (c >= '0' && c <= '9') bits_ |= std::uint64_t{1} << (26 + c - '0');
  }
}

LetterSet LetterSet::operator&(LetterSet other) const {
  other.bits_ &= bits_;
  return other;
}

LetterSet LetterSet::operator|(LetterSet other) const {
  other.bits_ |= bits_;
  return other;
}

std::string fold_lookalikes(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view pair = text.substr(i, 2);
    if (pair == "rn" || pair == "vv") {
      out += pair == "rn" ? 'm' : 'w';
      ++i;
      continue;
    }
    const char c = text[i];
    out += c == '0' ? 'o' : c == '1' ? 'l' : c == '5' ? 's' : c;
  }
  return out;
}

std::string visual_skeleton(std::string_view text) {
  // Each sign alone first, so that a pair is the same whichever of them stand in it.
  static constexpr std::array<std::string_view, 9> kAlike{"0o", "1li", "38", "69", "5s",
                                                          "bd", "ec",  "qg", "uv"};
  std::string single;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool before_b = (c == 'l' || c == 'i' || c == '1') && text.substr(i + 1).starts_with('b');
    if (c == '-' || before_b) continue;  // "lb" and b
    const auto group = std::find_if(kAlike.begin(), kAlike.end(), [c](std::string_view signs) {
      return signs.find(c) != std::string_view::npos;
    });
    single += group != kAlike.end() ? (*group)[1] : c == 'm' || c == 'r' ? 'n' : c;
  }
  struct Pair {
    std::string_view signs;
    char alike;
  };
  // "cl" and d, "lh" and h, "lc" and k, "rn" or "nn" and m, "vv" and w.
  static constexpr std::array<Pair, 5> kPairs{
      {{"cl", 'd'}, {"lh", 'h'}, {"lc", 'k'}, {"nn", 'n'}, {"vv", 'w'}}};
  std::string out;
  for (std::size_t i = 0; i < single.size(); ++i) {
    const auto pair = std::find_if(kPairs.begin(), kPairs.end(), [&](const Pair& one) {
      return std::string_view(single).substr(i).starts_with(one.signs);
    });
    out += pair == kPairs.end() ? single[i] : pair->alike;
    i += pair != kPairs.end();
    // "dl" and d, whatever made the d.
    if (out.back() == 'd' && i + 1 < single.size() && single[i + 1] == 'l') ++i;
  }
  return out;
}

BrandWord::BrandWord(std::string_view word)
    : text(word),
      folded(fold_lookalikes(word)),
      skeleton(visual_skeleton(word)),
      letters(text),
      folded_letters(folded) {
  std::remove_copy(text.begin(), text.end(), std::back_inserter(plain), '-');
}

Result<BrandSet> BrandSet::load(std::string_view yaml, const std::string& file) {
  BARTIZAN_ASSIGN(const rules::YamlNode root, rules::parse_yaml(yaml, file));
  if (!root.is_sequence()) return rules::error_at(file, root, "a list of brands is wanted");
  BrandSet set;
  for (const rules::YamlNode& node : root.items) {
    BARTIZAN_ASSIGN(Brand brand, read_brand(node, file));
    for (const std::string& domain : brand.domains) {
      const auto [place, added] = set.owner_by_domain_.emplace(domain, set.brands_.size());
      if (!added) return rules::error_at(file, node, domain + " has two owners");
      const std::size_t dot = domain.find('.');
      if (dot != std::string::npos)
        set.domain_tails_.insert(
            domain.substr(dot + 1, domain.find_first_of(".-", dot + 1) - dot - 1));
    }
    BrandKey key{.common_letters = brand.common_letters, .shortest = 255, .longest = 0};
    for (const BrandWord& word : brand.words) {
      set.words_.insert(word.text);
      set.skeletons_.insert(word.skeleton);
      const auto size = static_cast<std::uint8_t>(std::min<std::size_t>(word.plain.size(), 255));
      key.shortest = std::min(key.shortest, size);
      key.longest = std::max(key.longest, size);
    }
    set.keys_.push_back(key);
    set.brands_.push_back(std::move(brand));
  }
  return set;
}

const Brand* BrandSet::owner_of(std::string_view registrable_domain) const {
  const auto place = owner_by_domain_.find(registrable_domain);
  return place == owner_by_domain_.end() ? nullptr : &brands_[place->second];
}

}  // namespace bartizan::intel
