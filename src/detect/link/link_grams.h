// Pieces of an address's text, hashed: what the model of links weighs. The scheme, a leading "www."
// and a final slash are no part of it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "detect/link/address.h"
#include "intel/link_model.h"

namespace bartizan::detect {

// The parts of an address that pieces are taken from, lower-case. Views of `host` make it neither
// copyable nor movable.
struct LinkText {
  explicit LinkText(const LinkAddress& address);
  LinkText(const LinkText&) = delete;
  LinkText& operator=(const LinkText&) = delete;

  std::string host;            // without "www."
  std::string path;            // with the query; the first kMaxPath bytes
  std::string_view label;      // of `host`: what its holder chose; empty for an address
  std::string_view subdomain;  // of `host`: what stands in front of the name held
  std::string_view suffix;     // of `host`: what stands behind the label

  static constexpr std::size_t kMaxPath = 200;
};

namespace gram {

// FNV-1a, and a last multiplication by the golden ratio whose high bits choose the bucket.
inline constexpr std::uint32_t kPrime = 0x01000193;
inline constexpr std::uint32_t kGolden = 0x9E3779B1;

constexpr std::uint32_t seed_of(intel::LinkChannel channel) {
  return (0x811C9DC5U ^ static_cast<std::uint32_t>(channel)) * kPrime;
}
constexpr std::uint32_t add(std::uint32_t hash, char c) {
  return (hash ^ static_cast<unsigned char>(c)) * kPrime;
}
constexpr std::uint32_t bucket_of(std::uint32_t hash) {
  return ((hash ^ (hash >> 15)) * kGolden) >> (32 - intel::LinkModel::kBucketBits);
}

// Every run of `least` to `most` bytes of "^text$".
template <typename Visit>
void visit_runs(intel::LinkChannel channel, std::string_view text, std::size_t least,
                std::size_t most, const Visit& visit) {
  if (text.empty()) return;
  const auto at = [&](std::size_t i) {
    return i == 0 ? '^' : i <= text.size() ? text[i - 1] : '$';
  };
  const std::size_t size = text.size() + 2;
  for (std::size_t start = 0; start < size; ++start) {
    std::uint32_t hash = seed_of(channel);
    for (std::size_t length = 1; length <= most && start + length <= size; ++length) {
      hash = add(hash, at(start + length - 1));
      if (length >= least) visit(bucket_of(hash));
    }
  }
}

constexpr bool is_word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
}

template <typename Visit>
void for_each_word(std::string_view text, const Visit& visit) {
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && is_word_byte(text[end])) ++end;
    if (end > at) visit(text.substr(at, end - at));
    at = end + 1;
  }
}

constexpr std::uint32_t hash_of(intel::LinkChannel channel, std::string_view text) {
  std::uint32_t hash = seed_of(channel);
  for (const char c : text) hash = add(hash, c);
  return hash;
}

// Whole words: letters and digits between other signs. Each also with the word before it.
template <typename Visit>
void visit_words(intel::LinkChannel channel, std::string_view text, const Visit& visit) {
  std::uint32_t before = 0;
  for_each_word(text, [&](std::string_view word) {
    const std::uint32_t hash = hash_of(channel, word);
    visit(bucket_of(hash));
    if (before != 0) visit(bucket_of((before * 31) ^ hash));
    before = hash;
  });
}

// The suffix with its parents: "co.uk", "uk".
template <typename Visit>
void visit_suffixes(intel::LinkChannel channel, std::string_view suffix, const Visit& visit) {
  while (!suffix.empty()) {
    visit(bucket_of(hash_of(channel, suffix)));
    const std::size_t dot = suffix.find('.');
    suffix = dot == std::string_view::npos ? std::string_view{} : suffix.substr(dot + 1);
  }
}

}  // namespace gram

// Calls visit(channel, bucket) for every piece.
template <typename Visit>
void visit_grams(const LinkText& text, const Visit& visit) {
  using intel::LinkChannel;
  const auto in = [&](LinkChannel channel) {
    return [&visit, channel](std::uint32_t bucket) { visit(channel, bucket); };
  };
  gram::visit_runs(LinkChannel::kHost, text.host, 1, 6, in(LinkChannel::kHost));
  gram::visit_runs(LinkChannel::kPath, text.path, 1, 6, in(LinkChannel::kPath));
  gram::visit_runs(LinkChannel::kLabel, text.label, 1, 5, in(LinkChannel::kLabel));
  gram::visit_runs(LinkChannel::kSubdomain, text.subdomain, 1, 5, in(LinkChannel::kSubdomain));
  gram::visit_words(LinkChannel::kHostWord, text.host, in(LinkChannel::kHostWord));
  gram::visit_words(LinkChannel::kPathWord, text.path, in(LinkChannel::kPathWord));
  gram::visit_suffixes(LinkChannel::kSuffix, text.suffix, in(LinkChannel::kSuffix));
  gram::visit_runs(LinkChannel::kWhole, text.host + text.path, 3, 5, in(LinkChannel::kWhole));
}

}  // namespace bartizan::detect
