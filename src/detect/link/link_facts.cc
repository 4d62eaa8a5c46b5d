#include "detect/link/link_facts.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <string>

#include "detect/link/lure_words.h"
#include "intel/brands.h"
#include "intel/domain_set.h"

namespace bartizan::detect {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return c >= 'a' && c <= 'z'; }
bool is_vowel(char c) {
  return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u' || c == 'y';
}

std::int32_t clamp(std::size_t value) {
  return static_cast<std::int32_t>(std::min<std::size_t>(value, 1'000'000));
}

template <typename Holds>
std::int32_t count(std::string_view text, const Holds& holds) {
  return clamp(static_cast<std::size_t>(std::count_if(text.begin(), text.end(), holds)));
}

template <typename Holds>
std::int32_t longest_run(std::string_view text, const Holds& holds) {
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const char c : text) {
    run = holds(c) ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return clamp(longest);
}

std::int32_t share(std::int32_t part, std::size_t whole) {
  return whole == 0 ? 0 : part * 100 / static_cast<std::int32_t>(whole);
}

// n * log2(n) in hundredths, rounded, for n up to the longest text: no logarithm of the host's
// library takes part in a verdict.
const auto kNLogN = [] {
  std::array<std::int32_t, LinkText::kMaxPath + 256> table{};
  for (std::size_t n = 1; n < table.size(); ++n)
    table[n] = static_cast<std::int32_t>(
        std::lround(100 * static_cast<double>(n) * std::log2(static_cast<double>(n))));
  return table;
}();

// Shannon entropy of its bytes, in hundredths of a bit.
std::int32_t entropy(std::string_view text) {
  if (text.empty() || text.size() >= kNLogN.size()) return 0;
  std::array<std::uint16_t, 256> times{};
  for (const char c : text) ++times[static_cast<unsigned char>(c)];
  std::int32_t sum = 0;
  for (const std::uint16_t n : times) sum += kNLogN[n];
  return (kNLogN[text.size()] - sum) / static_cast<std::int32_t>(text.size());
}

std::int32_t distinct(std::string_view text) {
  std::array<bool, 256> seen{};
  for (const char c : text) seen[static_cast<unsigned char>(c)] = true;
  return clamp(static_cast<std::size_t>(std::count(seen.begin(), seen.end(), true)));
}

// Letters and digits mixed, or few vowels for its length: no word of a language.
bool looks_random(std::string_view word) {
  if (word.size() < 8) return false;
  int changes = 0;
  for (std::size_t i = 1; i < word.size(); ++i)
    changes += is_digit(word[i]) != is_digit(word[i - 1]) ? 1 : 0;
  return changes >= 3 || longest_run(word, [](char c) { return is_letter(c) && !is_vowel(c); }) > 5;
}

// 0 none; what the last part of the path ends in.
std::int32_t page_kind(std::string_view path) {
  path = path.substr(0, path.find('?'));
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return 0;
  const std::string_view last = path.substr(slash + 1);
  const std::size_t dot = last.rfind('.');
  if (dot == std::string_view::npos) return 1;
  const std::string_view extension = last.substr(dot + 1);
  if (extension == "php") return 2;
  if (extension == "html" || extension == "htm" || extension == "shtml") return 3;
  if (extension == "asp" || extension == "aspx" || extension == "jsp" || extension == "do")
    return 4;
  if (extension == "apk" || extension == "exe" || extension == "zip" || extension == "mobileconfig")
    return 5;
  if (extension == "pdf" || extension == "txt" || extension == "md" || extension == "png") return 6;
  return 7;
}

// How a brand's word stands in a part of an address.
enum BrandPlace : std::int32_t { kNowhere = 0, kInside = 1, kAsWord = 2, kWhole = 3 };

struct BrandSigns {
  std::int32_t in_subdomain = kNowhere;
  std::int32_t in_label = kNowhere;
  std::int32_t in_path = kNowhere;
};

// Shorter words stand in too many others.
constexpr std::size_t kMinInside = 5;
constexpr std::size_t kMinWord = 4;

// kNowhere, kAsWord or kWhole.
std::int32_t word_place(std::string_view part, const intel::BrandSet& brands) {
  if (part.size() < kMinWord) return kNowhere;
  if (brands.is_word(part)) return kWhole;
  bool as_word = false;
  gram::for_each_word(part, [&](std::string_view word) {
    as_word = as_word || (word.size() >= kMinWord && brands.is_word(word));
  });
  return as_word ? kAsWord : kNowhere;
}

bool is_inside(std::string_view part, const intel::BrandSet& brands) {
  const intel::LetterSet letters(part);
  for (std::size_t i = 0; i < brands.keys().size(); ++i) {
    if (!brands.keys()[i].common_letters.within(letters)) continue;
    for (const intel::BrandWord& word : brands.brands()[i].words) {
      if (word.text.size() >= kMinInside && word.letters.within(letters) &&
          part.find(word.text) != std::string_view::npos)
        return true;
    }
  }
  return false;
}

// What is inside others is looked for in the name held alone.
BrandSigns find_brands(const LinkText& text, const intel::BrandSet& brands) {
  std::int32_t in_label = word_place(text.label, brands);
  if (in_label == kNowhere && is_inside(text.label, brands)) in_label = kInside;
  return {.in_subdomain = word_place(text.subdomain, brands),
          .in_label = in_label,
          .in_path = word_place(text.path, brands)};
}

class FactSheet {
 public:
  explicit FactSheet(LinkFacts& facts) : facts_(facts) {}
  void add(std::int32_t value) { facts_[at_++] = value; }
  bool full() const { return at_ == facts_.size(); }

 private:
  LinkFacts& facts_;
  std::size_t at_ = 0;
};

void add_host_facts(const LinkAddress& address, const LinkText& text, FactSheet& sheet) {
  std::size_t longest = 0;
  std::int32_t punycode = 0;
  std::string_view rest = text.host;
  while (!rest.empty()) {
    const std::size_t dot = std::min(rest.find('.'), rest.size());
    longest = std::max(longest, dot);
    punycode += rest.starts_with("xn--") ? 1 : 0;
    rest.remove_prefix(std::min(dot + 1, rest.size()));
  }
  const auto hyphen = [](char c) { return c == '-'; };
  sheet.add(clamp(text.host.size()));
  sheet.add(count(text.host, [](char c) { return c == '.'; }) + 1);
  sheet.add(clamp(text.label.size()));
  sheet.add(clamp(longest));
  sheet.add(clamp(text.subdomain.size()));
  sheet.add(clamp(text.suffix.size()));
  sheet.add(count(text.host, hyphen));
  sheet.add(count(text.label, hyphen));
  sheet.add(count(text.host, is_digit));
  sheet.add(share(count(text.label, is_digit), text.label.size()));
  sheet.add(longest_run(text.host, is_digit));
  sheet.add(share(count(text.label, is_vowel), text.label.size()));
  sheet.add(longest_run(text.label, [](char c) { return is_letter(c) && !is_vowel(c); }));
  sheet.add(entropy(text.label));
  sheet.add(distinct(text.label));
  sheet.add(punycode);
  sheet.add(address.url.host_kind == parse::HostKind::kDomain ? 0 : 1);
  sheet.add(address.url.port ? 1 : 0);
  sheet.add(address.on_platform ? 1 : 0);
}

void add_path_facts(const LinkAddress& address, const LinkText& text, FactSheet& sheet) {
  const std::string_view path = text.path;
  std::size_t longest = 0;
  std::int32_t words = 0;
  std::int32_t random = 0;
  gram::for_each_word(path, [&](std::string_view word) {
    longest = std::max(longest, word.size());
    ++words;
    random += looks_random(word) ? 1 : 0;
  });
  std::string_view written = address.url.path;  // letters as they are, without final slashes
  while (written.ends_with('/')) written.remove_suffix(1);
  const std::size_t length = written.size();
  written = written.substr(0, LinkText::kMaxPath);
  const std::string_view query = address.url.query;
  sheet.add(clamp(length));
  sheet.add(count(written, [](char c) { return c == '/'; }));
  sheet.add(clamp(longest));
  sheet.add(count(path, is_digit));
  sheet.add(share(count(path, is_digit), path.size()));
  sheet.add(count(written, [](char c) { return c >= 'A' && c <= 'Z'; }));
  sheet.add(entropy(path));
  sheet.add(count(path, [](char c) { return c == '-'; }));
  sheet.add(words);
  sheet.add(page_kind(path));
  sheet.add(path.find("//") != std::string_view::npos ? 1 : 0);
  sheet.add(path.find("/.") != std::string_view::npos ? 1 : 0);
  sheet.add(random);
  sheet.add(clamp(query.size()));
  sheet.add(query.empty() ? 0 : count(query, [](char c) { return c == '&'; }) + 1);
  sheet.add(count(path, [](char c) { return c == '%'; }));
  sheet.add(path.find('@') != std::string_view::npos ||
                    address.url.fragment.find('@') != std::string::npos
                ? 1
                : 0);
  sheet.add(path.find("http") != std::string_view::npos ||
                    path.find("www.") != std::string_view::npos
                ? 1
                : 0);
  sheet.add(clamp(address.url.fragment.size()));
}

std::int32_t count_lures(std::string_view text) {
  std::int32_t lures = 0;
  gram::for_each_word(text, [&](std::string_view word) {
    lures += is_strong_lure(word) || ends_with_lure(word) || begins_with_lure(word) ? 2
             : is_weak_lure(word)                                                   ? 1
                                                                                    : 0;
  });
  return lures;
}

void add_known_facts(const LinkAddress& address, const LinkText& text, int likeness,
                     const intel::Content& content, FactSheet& sheet) {
  const BrandSigns brands = find_brands(text, content.brands());
  sheet.add(count_lures(text.host));
  sheet.add(count_lures(text.path));
  sheet.add(brands.in_subdomain);
  sheet.add(brands.in_label);
  sheet.add(brands.in_path);
  sheet.add(content.brands().owner_of(address.registrable_domain) != nullptr ? 1 : 0);
  sheet.add(likeness);
  sheet.add(clamp(address.url.anomalies.size()));
  sheet.add(content.url_shorteners().contains(address.url.host) ? 1 : 0);
  sheet.add(content.popular_domains().contains(address.registrable_domain) ? 2
            : content.noted_domains().contains(address.registrable_domain) ? 1
                                                                           : 0);
}

}  // namespace

LinkFacts find_link_facts(const LinkAddress& address, const LinkText& text, int likeness,
                          const intel::Content& content) {
  LinkFacts facts{};
  FactSheet sheet(facts);
  add_host_facts(address, text, sheet);
  add_path_facts(address, text, sheet);
  add_known_facts(address, text, likeness, content, sheet);
  assert(sheet.full());
  return facts;
}

}  // namespace bartizan::detect
