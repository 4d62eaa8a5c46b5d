// The classifier of links as content: weights of hashed pieces of text, trees over their sums and
// over numbers, and what a score means. What it says of a link is detect's
// (detect/link/link_model.h); how it is made, docs/models.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bartizan::intel {

// Where a piece of text stands. Each has its own hashes and its own sum.
enum class LinkChannel : std::uint8_t {
  kHost,
  kPath,
  kLabel,
  kSubdomain,
  kHostWord,
  kPathWord,
  kSuffix,
  kWhole,
};
inline constexpr std::size_t kLinkChannels = 8;

inline constexpr auto kLinkFactNames = std::to_array<std::string_view>({
    "host_length",
    "host_labels",
    "label_length",
    "longest_label",
    "subdomain_length",
    "suffix_length",
    "host_hyphens",
    "label_hyphens",
    "host_digits",
    "label_digit_share",
    "host_digit_run",
    "label_vowel_share",
    "label_consonant_run",
    "label_entropy",
    "label_distinct",
    "punycode_labels",
    "address_host",
    "port_given",
    "on_platform",
    "path_length",
    "path_depth",
    "path_longest_word",
    "path_digits",
    "path_digit_share",
    "path_upper",
    "path_entropy",
    "path_hyphens",
    "path_words",
    "path_page",
    "path_double_slash",
    "path_dot_segment",
    "path_random_word",
    "query_length",
    "query_parameters",
    "percent_codes",
    "mail_in_url",
    "url_in_url",
    "fragment_length",
    "host_lures",
    "path_lures",
    "brand_in_subdomain",
    "brand_in_label",
    "brand_in_path",
    "own_brand",
    "likeness",
    "tricks",
    "shortener",
    "dynamic_dns",
    "popular",
});
inline constexpr std::size_t kLinkFacts = kLinkFactNames.size();

class LinkModel {
 public:
  static constexpr unsigned kBucketBits = 17;
  static constexpr std::size_t kBuckets = std::size_t{1} << kBucketBits;
};

}  // namespace bartizan::intel
