// The classifier of links as content: weights of hashed pieces of text, trees over their sums and
// over numbers, and what a score means. What it says of a link is detect's
// (detect/link/link_model.h); how it is made, docs/models.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "intel/app_model.h"

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

// What the trees ask for: the sums of the channels, all of them together, then the numbers that
// detect::find_link_facts gives, in their order.
inline constexpr auto kLinkFactNames = std::to_array<std::string_view>({
    "text_host",
    "text_path",
    "text_label",
    "text_subdomain",
    "text_host_words",
    "text_path_words",
    "text_suffix",
    "text_whole",
    "text",
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
    "popular",
});
inline constexpr std::size_t kLinkSums = kLinkChannels + 1;
inline constexpr std::size_t kLinkFacts = kLinkFactNames.size() - kLinkSums;

// A node of a tree in pre-order: the subtree for values up to `most` follows it at once, the one
// for higher values begins at `above`.
struct LinkModelNode {
  std::int32_t fact = -1;  // index into kLinkFactNames; -1: a leaf
  std::int32_t most = 0;
  std::uint32_t above = 0;
  std::int64_t value = 0;      // of a leaf; above: the average over the training addresses, rounded
  std::int64_t addresses = 0;  // training addresses that came here; at least 1
};

// What a threshold means, by addresses that the model that scored them had not seen.
struct LinkModelQuantile {
  double false_alarms = 0;  // of 1,000 harmless addresses, those that score at least `score`
  double caught = 0;        // of 100 phishing addresses
  std::int64_t score = 0;
};

class LinkModel {
 public:
  static constexpr unsigned kBucketBits = 17;
  static constexpr std::size_t kBuckets = std::size_t{1} << kBucketBits;

  LinkModel() = default;
  // content/models/links.*.txt in the order of their names. Errors read "file:line: message".
  static Result<LinkModel> load(std::span<const NamedText> files);

  bool empty() const { return roots_.empty(); }  // no model in the content pack
  const std::string& version() const { return version_; }
  std::span<const std::int8_t> weights() const { return weights_; }  // one a bucket
  std::span<const LinkModelNode> nodes() const { return nodes_; }
  std::span<const std::uint32_t> roots() const { return roots_; }
  // For each tree, the most that it and all after it can give.
  std::span<const std::int64_t> most_from() const { return most_from_; }
  // By score, descending: by false alarms, ascending.
  std::span<const LinkModelQuantile> quantiles() const { return quantiles_; }
  // The lowest score at which no more than `per_thousand` of 1,000 harmless addresses are expected
  // to be flagged; the highest known for less than was measured.
  std::int64_t threshold(double per_thousand) const;

 private:
  friend class LinkModelReader;

  std::string version_;
  std::vector<std::int8_t> weights_;
  std::vector<LinkModelNode> nodes_;
  std::vector<std::uint32_t> roots_;
  std::vector<std::int64_t> most_from_;
  std::vector<LinkModelQuantile> quantiles_;
};

}  // namespace bartizan::intel
